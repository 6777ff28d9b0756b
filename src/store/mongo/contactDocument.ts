import type { Contact } from '../../workflow/contact.js'
import type { ContactId, ExecutionId, ProjectId } from '../../workflow/ids.js'
import type { SystemEvent } from '../../workflow/messages.js'
import type {
  Birth,
  ContactChanges,
  Folded,
  Newborn,
  SteppedContact,
  StoredContact,
} from '../ports/contacts.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import type { Db } from './driver.js'
import { loadFields, type StoredFields, storeFields, storeKey, storeValue } from './json.js'

export const CONTACTS = 'contacts'

/** One contact. A tombstone of an erased one keeps `_id`, `projectId` and `erasedAt` only. */
export interface ContactDocument {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly email: string
  readonly subscribed: boolean
  readonly data: StoredFields
  readonly version: number
  readonly folded: Readonly<Record<string, Folded>>
  readonly birth?: Birth
  readonly applied: readonly string[]
  readonly owed: readonly StoredOwed[]
  /** When the newest of `owed` was written. */
  readonly owedAt?: Date
  readonly emailSince: Date
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A system event waiting to be sent; its data as JSON text, which says everything that JSON can. */
export interface StoredOwed {
  readonly eventId: string
  readonly email: string
  readonly name: string
  readonly data: string
  readonly occurredAt: Date
  readonly cause: { readonly executionId: StoredId; readonly depth: number } | null
}

/** Only documents with an address: tombstones keep their ids taken and are seen by nobody. */
export const ALIVE = { email: { $exists: true } } as const

export async function prepareContacts(db: Db): Promise<void> {
  await db.collection(CONTACTS).createIndexes([
    { key: { projectId: 1, email: 1 }, unique: true, partialFilterExpression: ALIVE },
    // All that the list filters by stands in the index, so rows that do not match are never fetched.
    {
      key: { projectId: 1, createdAt: -1, _id: -1, email: 1, subscribed: 1 },
      partialFilterExpression: ALIVE,
    },
    { key: { owedAt: 1 }, partialFilterExpression: { 'owed.0': { $exists: true } } },
    { key: { erasedAt: 1 }, partialFilterExpression: { erasing: true } },
  ])
}

export interface NewContact {
  readonly id: ContactId
  readonly projectId: ProjectId
  readonly email: string
  readonly subscribed: boolean
  readonly data: Contact['data']
  readonly now: Date
}

export function newDocument(contact: NewContact): ContactDocument {
  const { now } = contact
  return {
    _id: toUuid(contact.id),
    projectId: toUuid(contact.projectId),
    email: contact.email,
    subscribed: contact.subscribed,
    data: storeFields(contact.data),
    version: 0,
    folded: {},
    applied: [],
    owed: [],
    emailSince: now,
    createdAt: now,
    updatedAt: now,
  }
}

/** As if it had been made first and the events' fields written then: in one write, and never without them. */
export function bornDocument(document: ContactDocument, { birth, set }: Newborn): ContactDocument {
  const folded = { [String(birth.partition)]: birth.upTo }
  const version = Object.keys(set).length > 0 ? 1 : 0
  return { ...document, data: storeFields(set), version, folded, birth }
}

/** What is read for steps: the marks of events, half of a document, stay in the database. */
export const STEPPED_FIELDS = [
  'projectId',
  'email',
  'subscribed',
  'data',
  'version',
  'applied',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ContactDocument)[]

export function loadStepped(
  document: Pick<ContactDocument, '_id' | (typeof STEPPED_FIELDS)[number]>,
): SteppedContact {
  return {
    id: fromUuid<ContactId>(document._id),
    projectId: fromUuid<ProjectId>(document.projectId),
    email: document.email,
    subscribed: document.subscribed,
    data: loadFields(document.data),
    version: document.version,
    createdAt: document.createdAt,
    updatedAt: document.updatedAt,
    applied: document.applied,
  }
}

export function loadContact(document: ContactDocument): StoredContact {
  const contact = loadStepped(document)
  return {
    ...contact,
    folded: document.folded,
    birth: document.birth ?? null,
    owed: document.owed.map((owed) => loadOwed(owed, contact.id, contact.projectId)),
  }
}

export function storeOwed(event: SystemEvent): StoredOwed {
  const { eventId, email, name, occurredAt, cause } = event
  const by = cause === null ? null : { executionId: toUuid(cause.executionId), depth: cause.depth }
  return { eventId, email, name, data: JSON.stringify(event.data), occurredAt, cause: by }
}

function loadOwed(owed: StoredOwed, contactId: ContactId, projectId: ProjectId): SystemEvent {
  const { eventId, email, name, occurredAt, cause } = owed
  const by =
    cause === null ? null : { executionId: fromUuid<ExecutionId>(cause.executionId), depth: cause.depth }
  return {
    eventId,
    projectId,
    contactId,
    email,
    name,
    data: JSON.parse(owed.data) as SystemEvent['data'],
    occurredAt,
    cause: by,
  }
}

/** Field by field, never the whole document: two writers of different fields do not undo each other. */
export function fieldWrites(changes: ContactChanges): { set: Record<string, unknown>; unset: string[] } {
  const set: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(changes.set)) set[`data.${storeKey(key)}`] = storeValue(value)
  if (changes.subscribed !== null) set['subscribed'] = changes.subscribed
  const unset = changes.unset
    .map((key) => `data.${storeKey(key)}`)
    .filter((path) => !Object.hasOwn(set, path))
  return { set, unset }
}
