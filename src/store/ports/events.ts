import type { Order, RecordedEvent } from '../../workflow/contactEvent.js'
import type { ContactId, EventRecordId } from '../../workflow/ids.js'

/** One wait's question: events of this contact with one of these names, after `after`. */
export interface EventQuery {
  readonly contactId: ContactId
  readonly names: readonly string[]
  /** 'at': broker time not before; 'order': strictly behind in the contact's order. */
  readonly after: { readonly at: Date } | { readonly order: Order }
}

/** Recorded events: kept once, with their first order. */
export interface EventStore {
  /** Inserts those that are new; answers the earlier record of each that was there. */
  record(events: readonly RecordedEvent[]): Promise<ReadonlyMap<EventRecordId, RecordedEvent>>
  /** All events that answer any of the questions, in the contact's order; one call. */
  find(queries: readonly EventQuery[]): Promise<RecordedEvent[]>
}
