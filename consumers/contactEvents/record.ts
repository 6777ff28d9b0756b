import { compareOrder, eventRecordId, type RecordedEvent } from '../../src/workflow/contactEvent.js'
import type { EventRecordId } from '../../src/workflow/ids.js'
import type { EngineDeps } from '../deps.js'
import type { Addressed } from './contacts.js'

/** An event as it is recorded, and whether this delivery was the first to record it. */
export interface Recorded extends Addressed {
  readonly record: RecordedEvent
  readonly fresh: boolean
}

/** Records what is new and learns the first order of what is not; in the contacts' order, each event once. */
export async function recordEvents(deps: EngineDeps, addressed: readonly Addressed[]): Promise<Recorded[]> {
  const recordedAt = deps.clock.now()
  const first = new Map<EventRecordId, { one: Addressed; record: RecordedEvent }>()
  for (const one of addressed) {
    const record = recordOf(one, recordedAt)
    if (!first.has(record.id)) first.set(record.id, { one, record })
  }
  const earlier = await deps.events.record([...first.values()].map(({ record }) => record))
  deps.announcer.announce('events.recorded', {
    fresh: first.size - earlier.size,
    repeated: addressed.length - first.size + earlier.size,
  })
  return [...first.values()]
    .map(({ one, record }) => ({
      ...one,
      record: earlier.get(record.id) ?? record,
      fresh: !earlier.has(record.id),
    }))
    .sort((a, b) => compareOrder(a.record.order, b.record.order))
}

function recordOf({ event, contact, order }: Addressed, recordedAt: Date): RecordedEvent {
  const { projectId, eventId, name, data, occurredAt } = event
  const id = eventRecordId(projectId, contact.id, eventId)
  return { id, projectId, contactId: contact.id, eventId, name, data, occurredAt, order, recordedAt }
}
