import type { ContactId, ProjectId } from '../../workflow/ids.js'
import type { ContactDirectory } from '../ports/contactDirectory.js'
import type { ContactRef } from '../ports/contacts.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { ContactWriting } from './contactChanges.js'
import { ALIVE, CONTACTS } from './contactDocument.js'
import type { Db } from './driver.js'

/** What is left of an erased contact: ids, so that its id stays taken. */
interface Tombstone {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly erasedAt: Date
  /** Until everything about it is known to be gone. */
  readonly erasing?: true
}

interface Burial {
  readonly projectId: ProjectId
  readonly id: ContactId
  readonly now: Date
  readonly until: Date
}

/** The address leads to the contact until then; what leads to a tombstone leads to nobody. */
export async function bury(
  { collection, note }: ContactWriting,
  { projectId, id, now, until }: Burial,
): Promise<boolean> {
  const filter = { _id: toUuid(id), projectId: toUuid(projectId), ...ALIVE }
  const contact = await collection.findOne(filter, { projection: { email: 1 } })
  if (contact === null) return false
  await note({ projectId, email: contact.email, contactId: id, until })
  const tombstone = { projectId: toUuid(projectId), erasedAt: now, erasing: true }
  // The address must still be the one that was noted; if it moved meanwhile, all is done once more.
  const { matchedCount } = await collection.replaceOne(
    { ...filter, email: contact.email },
    tombstone as never,
  )
  return matchedCount === 1 || bury({ collection, note } as ContactWriting, { projectId, id, now, until })
}

export async function readErased(db: Db, refs: readonly ContactRef[]): Promise<ReadonlySet<ContactId>> {
  if (refs.length === 0) return new Set()
  const filter = { _id: { $in: toUuids(refs.map(({ id }) => id)) }, erasedAt: { $exists: true } }
  const tombstones = await db.collection<Tombstone>(CONTACTS).find(filter).toArray()
  const projects = new Map(tombstones.map((one) => [one._id.toHexString(), one.projectId.toHexString()]))
  return new Set(refs.filter(({ id, projectId }) => projects.get(id) === projectId).map(({ id }) => id))
}

export function createTombstones(db: Db): Pick<ContactDirectory, 'unfinished' | 'finished'> {
  const collection = db.collection<Tombstone>(CONTACTS)
  return {
    unfinished: async (before, limit) => {
      const filter = { erasing: true as const, erasedAt: { $lt: before } }
      const tombstones = await collection.find(filter).sort({ erasedAt: 1 }).limit(limit).toArray()
      return tombstones.map(({ _id, projectId }) => ({
        contactId: fromUuid<ContactId>(_id),
        projectId: fromUuid<ProjectId>(projectId),
      }))
    },
    finished: async (id) => {
      await collection.updateOne({ _id: toUuid(id) }, { $unset: { erasing: 1 } })
    },
  }
}
