import { derivedId, type ExecutionId } from '../../workflow/ids.js'
import { type Entry, type EntryStore, oldestTakeOverMs, TAKE_OVER_AGE_MS } from '../ports/entries.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Collection, type Db, insertMissing } from './driver.js'

interface StoredEntry {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly workflowId: StoredId
  readonly contactId: StoredId
  readonly executionId: StoredId
  readonly at: Date
}

export function createMongoEntries(db: Db, executionRetentionMs = Number.POSITIVE_INFINITY): EntryStore {
  const collection = db.collection<StoredEntry>('entries')
  return {
    named: (entries) => named(collection, entries.map(store)),
    claim: (entries) => claim(collection, entries),
    takeOver: (entry, from) => takeOver(collection, entry, from, oldestTakeOverMs(executionRetentionMs)),
  }
}

/** The last part is the entry key, which later kinds of re-entry may set; null means one entry for all. */
function idOf(entry: Entry): StoredId {
  return toUuid(derivedId(['entry', entry.projectId, entry.workflowId, entry.contactId, null]))
}

function store(entry: Entry): StoredEntry {
  return {
    _id: idOf(entry),
    projectId: toUuid(entry.projectId),
    workflowId: toUuid(entry.workflowId),
    contactId: toUuid(entry.contactId),
    executionId: toUuid(entry.executionId),
    at: entry.at,
  }
}

async function claim(
  collection: Collection<StoredEntry>,
  entries: readonly Entry[],
): Promise<ReadonlyMap<ExecutionId, ExecutionId>> {
  const documents = entries.map(store)
  const there = await insertMissing(collection, documents)
  return named(
    collection,
    there.flatMap((place) => documents[place] ?? []),
  )
}

async function named(
  collection: Collection<StoredEntry>,
  asked: readonly StoredEntry[],
): Promise<ReadonlyMap<ExecutionId, ExecutionId>> {
  if (asked.length === 0) return new Map()
  const ids = asked.map((document) => document._id)
  const found = await collection.find({ _id: { $in: ids } }, { projection: { executionId: 1 } }).toArray()
  const holders = new Map(found.map((document) => [document._id.toHexString(), document.executionId]))
  return new Map(
    asked.flatMap((document) => {
      const executionId = holders.get(document._id.toHexString())
      return executionId === undefined
        ? []
        : [[fromUuid<ExecutionId>(document.executionId), fromUuid<ExecutionId>(executionId)] as const]
    }),
  )
}

async function takeOver(
  collection: Collection<StoredEntry>,
  entry: Entry,
  from: ExecutionId,
  oldestMs: number,
): Promise<boolean> {
  const executionId = toUuid(entry.executionId)
  // Naming the new execution already counts as taken: an answer that was lost makes the caller ask again.
  const orphaned = {
    executionId: toUuid(from),
    at: { $lte: before(entry, TAKE_OVER_AGE_MS.from), $gte: before(entry, oldestMs) },
  }
  const { matchedCount } = await collection.updateOne(
    { _id: idOf(entry), $or: [orphaned, { executionId }] },
    { $set: { executionId, at: entry.at } },
  )
  return matchedCount === 1
}

function before({ at }: Entry, ageMs: number): Date {
  return new Date(at.getTime() - ageMs)
}
