import type { RecordedEvent } from '../../workflow/contactEvent.js'
import type { ContactId, EventRecordId, ProjectId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'

export const EVENTS = 'events'

/** One recorded event; `data` is JSON text, which says everything that JSON can and is cheaper to write. */
export interface EventDocument {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly contactId: StoredId
  readonly eventId: string
  readonly name: string
  readonly data: string
  readonly occurredAt: Date
  readonly at: Date
  readonly partition: number
  readonly offset: number
  readonly recordedAt: Date
}

export function storeEvent(event: RecordedEvent): EventDocument {
  return {
    _id: toUuid(event.id),
    projectId: toUuid(event.projectId),
    contactId: toUuid(event.contactId),
    eventId: event.eventId,
    name: event.name,
    data: JSON.stringify(event.data),
    occurredAt: event.occurredAt,
    at: event.order.at,
    partition: event.order.partition,
    offset: event.order.offset,
    recordedAt: event.recordedAt,
  }
}

export function loadEvent(document: EventDocument): RecordedEvent {
  const { eventId, name, occurredAt, at, partition, offset, recordedAt } = document
  return {
    id: fromUuid<EventRecordId>(document._id),
    projectId: fromUuid<ProjectId>(document.projectId),
    contactId: fromUuid<ContactId>(document.contactId),
    eventId,
    name,
    data: JSON.parse(document.data) as JsonObject,
    occurredAt,
    order: { at, partition, offset },
    recordedAt,
  }
}
