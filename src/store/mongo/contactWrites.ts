import type mongoose from 'mongoose'
import type { ContactId } from '../../workflow/ids.js'
import type { SystemEvent } from '../../workflow/messages.js'
import type { ContactChanges, FoldWrite, UpdateWrite } from '../ports/contacts.js'
import { toUuid, toUuids } from './bson.js'
import { ALIVE, type ContactDocument, fieldWrites, storeOwed } from './contactDocument.js'
import type { Collection } from './driver.js'

type Operation = mongoose.mongo.AnyBulkWriteOperation<ContactDocument>
type Contacts = Collection<ContactDocument>

/**
 * One bulk write; a document that another owner of the partition has moved on is left alone. Batched writes do
 * not say which missed, so when the count is short the documents tell: what stands as it was to be is no miss.
 */
export async function foldContacts(
  collection: Contacts,
  writes: readonly FoldWrite[],
  now: Date,
): Promise<ReadonlySet<ContactId>> {
  if (writes.length === 0) return new Set()
  const operations = writes.map((write) => foldOperation(write, now))
  const { matchedCount } = await collection.bulkWrite(operations, { ordered: false })
  if (matchedCount === writes.length) return new Set()
  const found = await readBack(collection, writes, { folded: 1 })
  return missed(writes, ({ id, partition, becomes }) => {
    const folded = found.get(id)?.folded[String(partition)]
    return folded?.offset === becomes.offset && folded.at.getTime() === becomes.at.getTime()
  })
}

function foldOperation(write: FoldWrite, now: Date): Operation {
  const place = `folded.${write.partition}`
  const unmoved =
    write.was === null
      ? { [place]: { $exists: false } }
      : { [`${place}.offset`]: write.was.offset, [`${place}.at`]: write.was.at }
  const { set, unset } = fieldWrites(write.changes)
  const changes = isChange(write.changes)
  const update = {
    $set: {
      ...set,
      [place]: write.becomes,
      ...(changes ? { updatedAt: now } : {}),
      ...owedAt(write.owed, now),
    },
    ...(changes ? { $inc: { version: 1 } } : {}),
    ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset.map((path) => [path, 1])) }),
    ...(write.owed.length === 0 ? {} : { $push: { owed: { $each: write.owed.map(storeOwed) } } }),
  }
  const version = write.version === null ? {} : { version: write.version }
  const filter = { _id: toUuid(write.id), ...ALIVE, ...unmoved, ...version }
  return oneOf(filter, update)
}

/**
 * An `updateMany` of one document: `updateOne` is retried by the driver, for which MongoDB keeps a record of each,
 * a third of its cost. Here a lost answer is a batch delivered again, and the document tells what was written.
 */
function oneOf(filter: object, update: object): Operation {
  return { updateMany: { filter, update, hint: BY_ID } } as Operation
}

const BY_ID = { _id: 1 } as const

/** As `foldContacts`, on condition of the contact's version; the marks tell whether a write was ours. */
export async function updateContacts(
  collection: Contacts,
  writes: readonly UpdateWrite[],
  now: Date,
): Promise<ReadonlySet<ContactId>> {
  if (writes.length === 0) return new Set()
  const operations = writes.map((write) => updateOperation(write, now))
  const { matchedCount } = await collection.bulkWrite(operations, { ordered: false })
  if (matchedCount === writes.length) return new Set()
  const found = await readBack(collection, writes, { applied: 1 })
  return missed(writes, ({ id, marks }) => {
    const applied = new Set(found.get(id)?.applied)
    return marks.length > 0 && marks.every((mark) => applied.has(mark))
  })
}

function updateOperation(write: UpdateWrite, now: Date): Operation {
  const filter = { _id: toUuid(write.id), ...ALIVE, version: write.version }
  const update = write.unmark.length === 0 ? plainUpdate(write, now) : pipelineUpdate(write, now)
  return oneOf(filter, update)
}

function plainUpdate(write: UpdateWrite, now: Date) {
  const { set, unset } = fieldWrites(write.changes)
  return {
    $set: { ...set, updatedAt: now, ...owedAt(write.owed, now) },
    $inc: { version: 1 },
    $push: {
      applied: { $each: [...write.marks] },
      ...(write.owed.length === 0 ? {} : { owed: { $each: write.owed.map(storeOwed) } }),
    },
    ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset.map((path) => [path, 1])) }),
  }
}

/** Marks come and go in one array; every value is a literal, never an expression. */
function pipelineUpdate(write: UpdateWrite, now: Date) {
  const { set, unset } = fieldWrites(write.changes)
  const kept = {
    $filter: { input: '$applied', cond: { $not: [{ $in: ['$$this', { $literal: [...write.unmark] }] }] } },
  }
  const fields = Object.entries(set).map(([path, value]) => [path, { $literal: value }])
  const stage = {
    ...Object.fromEntries(fields),
    applied: { $concatArrays: [kept, { $literal: [...write.marks] }] },
    owed: { $concatArrays: ['$owed', { $literal: write.owed.map(storeOwed) }] },
    version: { $add: ['$version', 1] },
    updatedAt: now,
    ...owedAt(write.owed, now),
  }
  return [{ $set: stage }, ...(unset.length === 0 ? [] : [{ $unset: unset }])]
}

function isChange(changes: ContactChanges): boolean {
  return changes.subscribed !== null || changes.unset.length > 0 || Object.keys(changes.set).length > 0
}

function owedAt(owed: readonly SystemEvent[], now: Date): { owedAt?: Date } {
  return owed.length === 0 ? {} : { owedAt: now }
}

async function readBack(
  collection: Contacts,
  writes: readonly { readonly id: ContactId }[],
  projection: Readonly<Record<string, 1>>,
): Promise<ReadonlyMap<string, ContactDocument>> {
  const filter = { _id: { $in: toUuids(writes.map((write) => write.id)) }, ...ALIVE }
  const documents = await collection.find(filter, { projection }).toArray()
  return new Map(documents.map((document) => [document._id.toHexString(), document]))
}

function missed<Write extends { readonly id: ContactId }>(
  writes: readonly Write[],
  stands: (write: Write) => boolean,
): ReadonlySet<ContactId> {
  return new Set(writes.filter((write) => !stands(write)).map((write) => write.id))
}
