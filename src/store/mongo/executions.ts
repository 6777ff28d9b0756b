import type { TransitionGroup } from '../../workflow/change.js'
import type { DueExecution, Execution, HistoryEntry, Position } from '../../workflow/execution.js'
import type { ContactId, ExecutionId } from '../../workflow/ids.js'
import type { StepTopic } from '../../workflow/stepTopic.js'
import type { Clock } from '../ports/clock.js'
import type { ExecutionStore, Share, UpTo } from '../ports/executions.js'
import { toUuid, toUuids } from './bson.js'
import { type Collection, type Db, type Filter, inOneAnswer, insertMissing, onlyFields } from './driver.js'
import { type ExecutionDocument, storeEntry, toDocument } from './executionDocument.js'
import { EXECUTION_INDEXES } from './executionIndexes.js'
import { DUE_FIELDS, dueOf, fromDocument, POSITION_FIELDS, positionOf } from './executionReads.js'
import { groupUpdate } from './executionUpdates.js'

type Executions = Collection<ExecutionDocument>
type Ref = { readonly id: ExecutionId; readonly seq: number }

export const EXECUTIONS = 'executions'

export async function prepareExecutions(db: Db): Promise<void> {
  await db.collection(EXECUTIONS).createIndexes(EXECUTION_INDEXES.map((index) => ({ ...index })))
}

/** The collection `executions`: one document an execution, the only truth about it. */
export function createMongoExecutions(db: Db, clock: Clock): ExecutionStore {
  const executions = db.collection<ExecutionDocument>(EXECUTIONS)
  return {
    insert: (list) => insert(executions, list),
    transition: (groups, by) => transition(executions, groups, by, clock.now()),
    read: (ids) => find(executions, { _id: { $in: toUuids(ids) } }, ids.length),
    readPositions: (ids) => readPositions(executions, ids),
    settleWaits: (refs) =>
      settle(executions, refs, { 'wait.names': { $exists: true } }, [
        { $set: { 'wait.checked': true, touchedAt: clock.now(), unsettled: WHILE_OWING } },
      ]),
    waitingFor: (contactIds, names) => waitingFor(executions, contactIds, names),
    due: (share, upTo, limit) => due(executions, share, upTo, limit),
    nextDue: (share, upTo) => nextDue(executions, share, upTo),
    overdue: (share, before) => overdue(executions, share, before),
    stale: (which, share, before, limit) => stale(executions, which, share, { before, limit }),
    touch: (refs) => settle(executions, refs, {}, { $set: { touchedAt: clock.now() }, $inc: { touches: 1 } }),
    clearOwed: (refs) => clearOwed(executions, refs),
    noteLateResult: (id, token, entry) => noteLateResult(executions, id, token, entry),
  }
}

async function insert(executions: Executions, list: readonly Execution[]): Promise<ReadonlySet<ExecutionId>> {
  if (list.length === 0) return new Set()
  const there = await insertMissing(executions, list.map(toDocument))
  return new Set(there.flatMap((index) => list[index]?.id ?? []))
}

async function transition(
  executions: Executions,
  groups: readonly TransitionGroup[],
  by: string,
  now: Date,
): Promise<number> {
  if (groups.length === 0) return 0
  const updates = groups.map((group) => groupUpdate(group, by, now))
  const result = await executions.bulkWrite(updates as never, { ordered: false })
  return result.matchedCount
}

async function find(
  executions: Executions,
  filter: Filter<ExecutionDocument>,
  limit: number,
): Promise<Execution[]> {
  if (limit === 0) return []
  const documents = await executions.find(filter, { ...inOneAnswer(limit), limit }).toArray()
  return documents.map(fromDocument)
}

const POSITION = onlyFields(POSITION_FIELDS)

async function readPositions(executions: Executions, ids: readonly ExecutionId[]): Promise<Position[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: toUuids(ids) } }
  const options = { projection: POSITION, ...inOneAnswer(ids.length), limit: ids.length }
  const documents = await executions.find(filter, options).toArray()
  return documents.map(positionOf)
}

/** What owes something stays in the sweeper's care. */
const WHILE_OWING = { $cond: [{ $gt: [{ $size: { $ifNull: ['$owed', []] } }, 0] }, true, '$$REMOVE'] }

/** One update a group of equal `seq`: refs of a batch share few. */
async function settle(
  executions: Executions,
  refs: readonly Ref[],
  filter: object,
  update: object,
): Promise<void> {
  if (refs.length === 0) return
  const updates = [...groupBySeq(refs)].map(([seq, ids]) => ({
    updateMany: { filter: { _id: { $in: toUuids(ids) }, seq, ...filter }, update },
  }))
  await executions.bulkWrite(updates as never, { ordered: false })
}

function groupBySeq(refs: readonly Ref[]): Map<number, ExecutionId[]> {
  const groups = new Map<number, ExecutionId[]>()
  for (const { id, seq } of refs) {
    const ids = groups.get(seq)
    if (ids === undefined) groups.set(seq, [id])
    else ids.push(id)
  }
  return groups
}

function waitingFor(
  executions: Executions,
  contactIds: readonly ContactId[],
  names: readonly string[],
): Promise<Execution[]> {
  if (contactIds.length === 0 || names.length === 0) return Promise.resolve([])
  const filter = { contactId: { $in: toUuids(contactIds) }, 'wait.names': { $in: [...names] } }
  return executions
    .find(filter as Filter<ExecutionDocument>, { batchSize: 10_000 })
    .toArray()
    .then((all) => all.map(fromDocument))
}

/** Selects the share by `keyHash`; owning all partitions needs no filter. */
function shareFilter({ partitions, owned }: Share): object {
  if (owned.length === partitions) return {}
  return { $or: owned.map((partition) => ({ keyHash: { $mod: [partitions, partition] } })) }
}

const DUE = onlyFields(DUE_FIELDS)
const BEGINNING = new Date(0)

async function due(
  executions: Executions,
  share: Share,
  { now, waitsUpTo, from = BEGINNING }: UpTo & { readonly from?: Date },
  limit: number,
): Promise<DueExecution[]> {
  if (share.owned.length === 0) return []
  const waits = { 'wait.names': { $exists: true }, dueAt: { $lte: waitsUpTo < now ? waitsUpTo : now } }
  const others = { wait: { $exists: false }, dueAt: { $lte: now } }
  const filter = {
    $and: [shareFilter(share), { dueAt: { $gte: from, $lte: now } }, { $or: [waits, others] }],
  }
  const options = { projection: DUE, ...inOneAnswer(limit), limit }
  const documents = await executions
    .find(filter as Filter<ExecutionDocument>, { ...options, sort: { dueAt: 1 } })
    .toArray()
  return documents.map(dueOf)
}

async function nextDue(executions: Executions, share: Share, { now, waitsUpTo }: UpTo): Promise<Date | null> {
  if (share.owned.length === 0) return null
  const heldBack = { 'wait.names': { $exists: true } }
  const from = { $gt: waitsUpTo < now ? waitsUpTo : now }
  const filter = { $and: [shareFilter(share), { dueAt: from }, { $or: [{ dueAt: { $gt: now } }, heldBack] }] }
  const first = await executions.findOne(filter as Filter<ExecutionDocument>, {
    projection: { dueAt: 1 },
    sort: { dueAt: 1 },
  })
  return first?.dueAt ?? null
}

const COUNTED = 10_000

/** A due time may have been past when it was written, so the document must be as old, too. */
async function overdue(executions: Executions, share: Share, before: Date): Promise<number> {
  if (share.owned.length === 0) return 0
  const old = { dueAt: { $lte: before }, touchedAt: { $lte: before } }
  const filter = { ...shareFilter(share), ...old } as Filter<ExecutionDocument>
  return executions.countDocuments(filter, { limit: COUNTED, hint: 'due' })
}

function stale(
  executions: Executions,
  which: StepTopic,
  share: Share,
  page: { before: Date; limit: number },
): Promise<Execution[]> {
  if (share.owned.length === 0) return Promise.resolve([])
  const filter = {
    ...movedBy(which),
    unsettled: true,
    touchedAt: { $lt: page.before },
    ...shareFilter(share),
  }
  return find(executions, filter as Filter<ExecutionDocument>, page.limit)
}

/** What stands at no step is in the care of the EXIT topic, what is of no lane of the live ones. */
function movedBy(which: StepTopic): object {
  if (which === 'BULK') return { lane: 'bulk' }
  return { lane: { $in: ['live', null] }, kind: which === 'EXIT' ? { $in: ['EXIT', null] } : which }
}

async function clearOwed(executions: Executions, refs: readonly Ref[]): Promise<void> {
  if (refs.length === 0) return
  const updates = [...groupBySeq(refs)].map(([seq, ids]) => ({
    updateMany: {
      filter: { _id: { $in: toUuids(ids) }, seq, owed: { $exists: true } },
      // What moves or has an unchecked wait stays in the sweeper's care.
      update: [{ $unset: 'owed' }, { $set: { unsettled: { $cond: [STILL_UNSETTLED, true, '$$REMOVE'] } } }],
    },
  }))
  await executions.bulkWrite(updates as never, { ordered: false })
}

const STILL_UNSETTLED = {
  $or: [
    { $and: [{ $in: ['$status', ['PENDING', 'RUNNING']] }, { $eq: [{ $type: '$lease' }, 'missing'] }] },
    { $eq: ['$wait.checked', false] },
  ],
}

async function noteLateResult(
  executions: Executions,
  id: ExecutionId,
  token: string,
  entry: HistoryEntry,
): Promise<boolean> {
  const filter = {
    _id: toUuid(id),
    'lease.token': token,
    completedAt: { $exists: true },
  } as Filter<ExecutionDocument>
  const update = { $push: { history: storeEntry(entry) }, $unset: { lease: '' } }
  const result = await executions.updateOne(filter, update as never)
  return result.matchedCount === 1
}
