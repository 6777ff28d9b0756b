import type mongoose from 'mongoose'
import { ACTIVE_STATUSES } from '../../workflow/execution.js'
import type { WorkflowId } from '../../workflow/ids.js'
import { toUuid } from './bson.js'
import type { Collection, Db } from './driver.js'

/** Up to here every count is exact at the moment it is asked for. */
const EXACT_TO = 10_000
/** Larger counts may be this old. */
const KEEP_MS = 10_000
const MOST_KEPT = 10_000

type Document = mongoose.mongo.Document

export interface Counts {
  count<D extends Document>(collection: Collection<D>, filter: mongoose.mongo.Filter<D>): Promise<number>
  /** Live executions of one workflow. */
  executions(db: Db, workflowId: WorkflowId): Promise<{ executions: number; active: number }>
}

interface Kept {
  readonly value: Promise<number>
  readonly untilMs: number
}

/** Counts that cost at most 10,000 index keys each; beyond that one full count serves everybody for 10 s. */
export function createCounts(nowMs: () => number = () => performance.now()): Counts {
  const large = new Map<string, Kept>()
  const count: Counts['count'] = async (collection, filter) => {
    const name = `${collection.collectionName} ${JSON.stringify(filter)}`
    const known = large.get(name)
    if (known !== undefined && nowMs() < known.untilMs) return known.value
    const some = await collection.countDocuments(filter, { limit: EXACT_TO + 1 })
    if (some <= EXACT_TO) return some
    if (large.size >= MOST_KEPT) large.clear()
    const value = collection.countDocuments(filter)
    large.set(name, { value, untilMs: nowMs() + KEEP_MS })
    value.catch(() => large.delete(name))
    return value
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
