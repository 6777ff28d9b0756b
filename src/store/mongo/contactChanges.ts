import type { Contact } from '../../workflow/contact.js'
import type { ContactId, ProjectId } from '../../workflow/ids.js'
import { derivedContactId, MAX_ATTEMPTS } from '../contactIds.js'
import type { ContactWrite, NewContactFields } from '../ports/contactDirectory.js'
import type { FormerAddress } from '../ports/contacts.js'
import type { ProjectSecrets } from '../ports/projects.js'
import { toUuid } from './bson.js'
import {
  ALIVE,
  type ContactDocument,
  fieldWrites,
  loadContact,
  newDocument,
  storeOwed,
} from './contactDocument.js'
import { type Collection, isDuplicateKey } from './driver.js'

/** What the API's writes of contacts go by. */
export interface ContactWriting {
  readonly collection: Collection<ContactDocument>
  readonly secrets: ProjectSecrets
  readonly note: (former: FormerAddress & { readonly contactId: ContactId }) => Promise<void>
}

/** Inserts under the first derived id that nobody has; null: the address is taken, or there is no such project. */
export async function createContact(
  { collection, secrets }: ContactWriting,
  projectId: ProjectId,
  { now, ...fields }: NewContactFields & { readonly now: Date },
): Promise<Contact | null> {
  const secret = (await secrets.contactSecrets([projectId])).get(projectId)
  if (secret === undefined) return null
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const id = derivedContactId(secret, fields.email, attempt)
    const document = newDocument({ ...fields, id, projectId, now })
    if (await insertedOne(collection, document)) return loadContact(document)
    if ((await collection.countDocuments({ projectId: toUuid(projectId), email: fields.email })) > 0)
      return null
  }
  return null
}

async function insertedOne(
  collection: Collection<ContactDocument>,
  document: ContactDocument,
): Promise<boolean> {
  try {
    await collection.insertOne(document)
    return true
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}

interface ContactChange {
  readonly contact: Contact
  readonly write: ContactWrite
  readonly now: Date
}

/**
 * The record of the former address goes first: until then it led to this contact, whatever comes of the write,
 * so a crash in between has said nothing that is not so.
 */
export async function changeContact(
  { collection, note }: ContactWriting,
  { contact, write, now }: ContactChange,
): Promise<Contact | 'missed' | 'taken'> {
  const { id, projectId, email, version } = contact
  const { move } = write
  const filter = { _id: toUuid(id), projectId: toUuid(projectId), ...ALIVE, version }
  if (move !== null && (await isTaken(collection, projectId, move.email))) return 'taken'
  if (move !== null) await note({ projectId, email, contactId: id, until: move.until })
  try {
    const update = changeUpdate(write, now)
    const document = await collection.findOneAndUpdate(filter, update, { returnDocument: 'after' })
    return document === null ? 'missed' : loadContact(document)
  } catch (error) {
    if (isDuplicateKey(error)) return 'taken'
    throw error
  }
}

async function isTaken(
  collection: Collection<ContactDocument>,
  projectId: ProjectId,
  email: string,
): Promise<boolean> {
  return (
    (await collection.findOne({ projectId: toUuid(projectId), email }, { projection: { _id: 1 } })) !== null
  )
}

function changeUpdate({ changes, move, owed }: ContactWrite, now: Date) {
  const { set, unset } = fieldWrites(changes)
  const moved = move === null ? {} : { email: move.email, emailSince: move.until }
  return {
    $set: { ...set, ...moved, updatedAt: now, ...(owed.length === 0 ? {} : { owedAt: now }) },
    $inc: { version: 1 },
    ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset.map((path) => [path, 1 as const])) }),
    ...(owed.length === 0 ? {} : { $push: { owed: { $each: owed.map(storeOwed) } } }),
  } as Parameters<Collection<ContactDocument>['updateOne']>[1]
}
