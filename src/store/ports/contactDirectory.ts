import type { Contact } from '../../workflow/contact.js'
import type { ContactId, ProjectId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { SystemEvent } from '../../workflow/messages.js'
import type { ContactChanges } from './contacts.js'

/** A row's place in the list: newest first. */
export interface ContactPlace {
  readonly createdAt: Date
  readonly id: ContactId
}

export interface ContactQuery {
  /** Literal part of the address, in any case. */
  readonly search: string | null
  readonly subscribed: boolean | null
  readonly after: ContactPlace | null
  readonly limit: number
}

export interface ContactPage {
  /** May be fewer than asked for, even none, while there are more: one call reads a bounded part of the list. */
  readonly contacts: readonly Contact[]
  readonly next: ContactPlace | null
}

export interface NewContactFields {
  readonly email: string
  readonly subscribed: boolean
  readonly data: JsonObject
}

export interface ContactWrite {
  readonly changes: ContactChanges
  /** The new address and until when (broker time) the present one leads here; null: unchanged. */
  readonly move: { readonly email: string; readonly until: Date } | null
  readonly owed: readonly SystemEvent[]
}

/** The API's side of contacts. */
export interface ContactDirectory {
  list(projectId: ProjectId, query: ContactQuery): Promise<ContactPage>
  get(projectId: ProjectId, id: ContactId): Promise<Contact | null>
  findByEmail(projectId: ProjectId, email: string): Promise<Contact | null>
  /** Null: the address is taken. */
  create(projectId: ProjectId, fields: NewContactFields, now: Date): Promise<Contact | null>
  /** On condition of the contact's version; 'missed': somebody was faster, 'taken': another has the address. */
  change(contact: Contact, write: ContactWrite, now: Date): Promise<Contact | 'missed' | 'taken'>
  /** After the produce. */
  clearOwed(id: ContactId, eventIds: readonly string[]): Promise<void>
  /** Whom these addresses lead to: the contact that is there, else the id that it will be made with. */
  idsOf(projectId: ProjectId, emails: readonly string[]): Promise<ReadonlyMap<string, ContactId>>
  /** Those that exist, with their addresses. */
  emailsOf(projectId: ProjectId, ids: readonly ContactId[]): Promise<ReadonlyMap<ContactId, string>>
  /** Leaves a tombstone (ids only) and a record that the address led to it; false: no such contact. */
  bury(
    projectId: ProjectId,
    id: ContactId,
    at: { readonly now: Date; readonly until: Date },
  ): Promise<boolean>
  /** Tombstones made before `before` whose erasure is not known to be complete. */
  unfinished(before: Date, limit: number): Promise<readonly ErasedContact[]>
  finished(id: ContactId): Promise<void>
}

export interface ErasedContact {
  readonly projectId: ProjectId
  readonly contactId: ContactId
}
