import type mongoose from 'mongoose'
import { ACTIVE_STATUSES, type ExecutionStatus } from '../../workflow/execution.js'
import type { WorkflowId } from '../../workflow/ids.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Collection, Db } from './driver.js'
import { EXECUTIONS } from './executions.js'

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
  /** Live executions of each of these workflows: one call for all that have few. */
  executions(db: Db, workflowIds: readonly WorkflowId[]): Promise<ReadonlyMap<WorkflowId, ExecutionCounts>>
}

export interface ExecutionCounts {
  readonly executions: number
  readonly active: number
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
    /** Was it large when it was counted last? */
    has: (name: string): boolean => large.has(name),
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
    const name = nameOf(collection, filter)
    const work = () => collection.countDocuments(filter)
    const known = large.get(name, work)
    if (known !== undefined) return known
    const some = await collection.countDocuments(filter, { limit: EXACT_TO + 1 })
    return some <= EXACT_TO ? some : large.keep(name, work(), nowMs())
  }
  const ofOne = async (db: Db, workflowId: WorkflowId): Promise<ExecutionCounts> => {
    const of = liveOf(workflowId)
    const collection = db.collection<Document>(EXECUTIONS)
    const [executions, active] = await Promise.all([
      count(collection, of),
      count(collection, { ...of, status: { $in: [...ACTIVE_STATUSES] } }),
    ])
    return { executions, active }
  }
  return {
    count,
    executions: async (db, workflowIds) => {
      const collection = db.collection(EXECUTIONS)
      const perhapsFew = workflowIds.filter((id) => !large.has(nameOf(collection, liveOf(id))))
      const counted = new Map(await countFew(db, perhapsFew))
      const many = workflowIds.filter((id) => !counted.has(id))
      await Promise.all(many.map(async (id) => counted.set(id, await ofOne(db, id))))
      return counted
    },
  }
}

function nameOf(collection: { readonly collectionName: string }, filter: object): string {
  return `${collection.collectionName} ${JSON.stringify(filter)}`
}

function liveOf(workflowId: WorkflowId) {
  return { workflowId: toUuid(workflowId), mode: 'live' }
}

/** Those that have at most 10,000, by what the index alone says. */
async function countFew(
  db: Db,
  workflowIds: readonly WorkflowId[],
): Promise<[WorkflowId, ExecutionCounts][]> {
  const perStatus = [
    { $match: { mode: 'live' } },
    { $limit: EXACT_TO + 1 },
    { $group: { _id: '$status', n: { $sum: 1 } } },
  ]
  const of = { from: EXECUTIONS, localField: '_id', foreignField: 'workflowId' }
  const found = await db
    .collection('workflows')
    .aggregate<{ _id: StoredId; counts: { _id: ExecutionStatus; n: number }[] }>([
      { $match: { _id: { $in: toUuids(workflowIds) } } },
      { $project: { _id: 1 } },
      { $lookup: { ...of, pipeline: perStatus, as: 'counts' } },
    ])
    .toArray()
  return found.flatMap(({ _id, counts }) => {
    const sum = (few: typeof counts) => few.reduce((total, { n }) => total + n, 0)
    const executions = sum(counts)
    const active = sum(counts.filter(({ _id: status }) => ACTIVE_STATUSES.some((one) => one === status)))
    return executions > EXACT_TO ? [] : [[fromUuid<WorkflowId>(_id), { executions, active }]]
  })
}
