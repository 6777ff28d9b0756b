import type { Codec, WireContactEvent } from '../schemas/registry.js'
import { normalEmail } from '../src/workflow/contact.js'
import type { SystemEvent } from '../src/workflow/messages.js'
import type { TopicMessages } from './kafkaPort.js'
import { traceHeaders } from './traceHeaders.js'

/** Contact events, keyed by the lower-cased e-mail: one contact's events keep their order. */
export function contactEventMessages(
  codec: Codec,
  topic: string,
  events: readonly WireContactEvent[],
): TopicMessages {
  const values = codec.encodeAll('contactEvent', events)
  const messages = values.map((value, index) => ({
    key: keyOf(events[index]),
    value,
    ...traceHeaders(events[index]),
  }))
  return { topic, messages }
}

/** An event that names its contact by id only has no place in the order of the others. */
function keyOf(event: WireContactEvent | undefined): string | null {
  if (event === undefined) return null
  return event.email === null || event.email === '' ? event.contactId : normalEmail(event.email)
}

/** The engine's own events travel as all others do. */
export function fromSystem(event: SystemEvent): WireContactEvent {
  const { eventId, projectId, name, contactId, data, occurredAt, cause } = event
  const email = event.email === '' ? null : event.email
  return { v: 1, eventId, projectId, name, email, contactId, data, subscribed: null, occurredAt, cause }
}
