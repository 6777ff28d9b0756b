import type { Contact } from '../../workflow/contact.js'
import type { ContactId, ExecutionId, ProjectId, StepId } from '../../workflow/ids.js'
import type { JsonValue } from '../../workflow/json.js'
import type { SystemEvent } from '../../workflow/messages.js'

/** Field by field: what is set, what is deleted, what becomes of the subscription. */
export interface ContactChanges {
  readonly set: Readonly<Record<string, JsonValue>>
  readonly unset: readonly string[]
  readonly subscribed: boolean | null
}

/** How far this partition's events are folded into the contact. */
export interface Folded {
  readonly offset: number
  readonly at: Date
}

/** The events, first to last, whose fields a contact was made with. */
export interface Birth {
  readonly partition: number
  readonly from: Folded
  readonly upTo: Folded
}

/** What a contact that is not there yet is made with: what these events say of it. */
export interface Newborn {
  readonly birth: Birth
  readonly set: ContactChanges['set']
}

/** What steps need of a contact. */
export interface SteppedContact extends Contact {
  /** `executionId:stepId` of updates already applied. */
  readonly applied: readonly string[]
}

export interface StoredContact extends SteppedContact {
  readonly folded: Readonly<Record<string, Folded>>
  /** Null where it was made otherwise than by events. */
  readonly birth: Birth | null
  readonly owed: readonly SystemEvent[]
}

/** The one write of a batch to one contact. Misses when `folded.<partition>`, or the version, is not what was read. */
export interface FoldWrite {
  readonly id: ContactId
  readonly partition: number
  readonly was: Folded | null
  readonly becomes: Folded
  /** null: any version, as fields that events bring do not depend on those that are there. */
  readonly version: number | null
  readonly changes: ContactChanges
  readonly owed: readonly SystemEvent[]
}

/** The folded updates of one batch of UPDATE_CONTACT steps to one contact, conditional on its version. */
export interface UpdateWrite {
  readonly id: ContactId
  readonly version: number
  readonly changes: ContactChanges
  readonly marks: readonly string[]
  readonly unmark: readonly string[]
  readonly owed: readonly SystemEvent[]
}

export interface ContactRef {
  readonly projectId: ProjectId
  readonly id: ContactId
}

export interface ContactKey {
  readonly projectId: ProjectId
  readonly email: string
}

/** Where an e-mail address led before it was changed or erased: `until` in broker time. */
export interface FormerAddress extends ContactKey {
  readonly contactId: ContactId | null
  readonly until: Date
}

/** The engine's side of contacts; batches only. */
export interface ContactStore {
  /**
   * Finds by e-mail and makes those that are missing with their derived ids: subscribed, and with what `newborn`
   * says; without it, with no data.
   */
  findOrCreate(
    keys: readonly ContactKey[],
    now: Date,
    newborn?: (key: ContactKey) => Newborn | null,
  ): Promise<StoredContact[]>
  formerAddresses(keys: readonly ContactKey[]): Promise<FormerAddress[]>
  read(ids: readonly ContactId[]): Promise<StoredContact[]>
  readForSteps(ids: readonly ContactId[]): Promise<SteppedContact[]>
  /** Which of these were erased in this project: a tombstone stands. */
  erased(refs: readonly ContactRef[]): Promise<ReadonlySet<ContactId>>
  /** One bulk write; answers the ids whose condition missed. */
  fold(writes: readonly FoldWrite[], now: Date): Promise<ReadonlySet<ContactId>>
  /** One bulk write; answers the ids whose condition missed. */
  update(writes: readonly UpdateWrite[], now: Date): Promise<ReadonlySet<ContactId>>
  clearOwed(refs: readonly { readonly id: ContactId; readonly eventIds: readonly string[] }[]): Promise<void>
  /** Contacts that owe a system event since before; for the sweeper. */
  owing(before: Date, limit: number): Promise<StoredContact[]>
}

/** The mark that makes an UPDATE_CONTACT step count once. */
export function updateMark(executionId: ExecutionId, stepId: StepId): string {
  return `${executionId}:${stepId}`
}
