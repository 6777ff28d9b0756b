import type mongoose from 'mongoose'
import { ACTIVE_STATUSES } from '../../workflow/execution.js'
import type { WorkflowId } from '../../workflow/ids.js'
import { toUuid } from './bson.js'
import type { Collection, Db } from './driver.js'

/** Up to here every count is exact at the moment it is asked for. */
const EXACT_TO = 10_000
/** Larger counts may be this old. */
const KEEP_MS = 10_000
/** From this age on a new one is counted beside the requests, so that in steady use none of them waits for it. */
const RENEW_MS = 5_000
const MOST_KEPT = 10_000

type Document = mongoose.mongo.Document

export interface Counts {
  count<D extends Document>(collection: Collection<D>, filter: mongoose.mongo.Filter<D>): Promise<number>
  /** Live executions of one workflow. */
  executions(db: Db, workflowId: WorkflowId): Promise<{ executions: number; active: number }>
}

interface Kept {
  readonly value: Promise<number>
  readonly askedMs: number
  renewing: boolean
}

type Work = () => Promise<number>

/** Large counts by name, each worked out once for everybody. */
function keepLarge(nowMs: () => number) {
  const large = new Map<string, Kept>()
  const keep = (name: string, value: Promise<number>, askedMs: number): Promise<number> => {
    if (large.size >= MOST_KEPT) large.clear()
    large.set(name, { value, askedMs, renewing: false })
    value.catch(() => large.delete(name))
    return value
  }
  const renew = (name: string, known: Kept, work: Work) => {
    const askedMs = nowMs()
    known.renewing = true
    const done = (n: number) => {
      if (n > EXACT_TO) keep(name, Promise.resolve(n), askedMs)
      else large.delete(name)
    }
    work().then(done, () => large.delete(name))
  }
  return {
    keep,
    /** Undefined: none, or too old. */
    get: (name: string, work: Work): Promise<number> | undefined => {
      const known = large.get(name)
      const ageMs = known === undefined ? KEEP_MS : nowMs() - known.askedMs
      if (known === undefined || ageMs >= KEEP_MS) return undefined
      if (ageMs > RENEW_MS && !known.renewing) renew(name, known, work)
      return known.value
    },
  }
}

/** Counts that cost at most 10,000 index keys each; beyond that one full count serves everybody for 10 s. */
export function createCounts(nowMs: () => number = () => performance.now()): Counts {
  const large = keepLarge(nowMs)
  const count: Counts['count'] = async (collection, filter) => {
    const name = `${collection.collectionName} ${JSON.stringify(filter)}`
    const work = () => collection.countDocuments(filter)
    const known = large.get(name, work)
    if (known !== undefined) return known
    const some = await collection.countDocuments(filter, { limit: EXACT_TO + 1 })
    return some <= EXACT_TO ? some : large.keep(name, work(), nowMs())
  }
  return {
    count,
    executions: async (db, workflowId) => {
      const of = { workflowId: toUuid(workflowId), mode: 'live' }
      const collection = db.collection<Document>('executions')
      const [executions, active] = await Promise.all([
        count(collection, of),
        count(collection, { ...of, status: { $in: [...ACTIVE_STATUSES] } }),
      ])
      return { executions, active }
    },
  }
}
