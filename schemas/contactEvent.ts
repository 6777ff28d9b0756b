import { normalEmail } from '../src/workflow/contact.js'
import { type ContactEvent, canonicalName } from '../src/workflow/contactEvent.js'
import { type ContactId, derivedId, type ExecutionId, type ProjectId } from '../src/workflow/ids.js'
import type { DecodeResult, WireContactEvent } from './codec.js'
import { checkData } from './eventData.js'
import {
  type Fields,
  invalid,
  optional,
  readCount,
  readFlag,
  readId,
  readRecord,
  readText,
  readVersion,
} from './fields.js'
import { faultFrom } from './refusal.js'
import type { Shape } from './shape.js'

export const contactEvent: Shape<WireContactEvent> = {
  write: (event, form) => ({
    v: event.v,
    eventId: event.eventId,
    projectId: event.projectId,
    name: event.name,
    email: event.email,
    contactId: event.contactId,
    data: form.writeData(event.data),
    subscribed: event.subscribed,
    occurredAt: event.occurredAt === null ? null : form.writeTime(event.occurredAt),
    cause: event.cause,
  }),
  read: (fields, form, wireBytes) => ({
    v: readVersion(fields),
    eventId: optional(fields, 'eventId', readText),
    projectId: readId<ProjectId>(fields, 'projectId'),
    name: readText(fields, 'name'),
    email: optional(fields, 'email', readText),
    contactId: optional(fields, 'contactId', readId<ContactId>),
    data: checkData(form.readData(optional(fields, 'data', (_, name) => fields[name]) ?? {}), wireBytes),
    subscribed: optional(fields, 'subscribed', readFlag),
    occurredAt: optional(fields, 'occurredAt', form.readTime),
    cause: optional(fields, 'cause', readCause),
  }),
}

function readCause(fields: Fields, field: string): ContactEvent['cause'] {
  const cause = readRecord(fields, field)
  return { executionId: readId<ExecutionId>(cause, 'executionId'), depth: readCount(cause, 'depth') }
}

/** Where a message stands; what its producer left out is made of it. */
export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Broker time. */
  readonly at: Date
}

/**
 * The event with everything filled in: a missing eventId is derived from the message's place (so it is the same
 * every time the message is read), a missing occurredAt is the broker's time, the name has its one form, the
 * e-mail is trimmed and lower-cased.
 */
export function toContactEvent(event: WireContactEvent, place: Place): DecodeResult<ContactEvent> {
  try {
    return { ok: true, value: complete(event, place) }
  } catch (error) {
    return faultFrom(error)
  }
}

function complete(event: WireContactEvent, { topic, partition, offset, at }: Place): ContactEvent {
  const { contactId, eventId } = event
  const email = event.email === null ? null : plausibleEmail(event.email)
  if (email === null && contactId === null) throw invalid('email', 'email or contactId must name the contact')
  return {
    ...event,
    eventId:
      eventId === null
        ? derivedId(['place', topic, partition, offset, at.getTime()])
        : sized(eventId, 'eventId'),
    name: canonicalName(sized(event.name.trim(), 'name')),
    email,
    occurredAt: event.occurredAt ?? at,
  }
}

function sized(text: string, field: string): string {
  if (text.length === 0 || text.length > 200) throw invalid(field, 'must have 1 to 200 characters')
  return text
}

const MAX_EMAIL = 320
const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u

/** One @ with something on both sides; only a mail server knows more. */
function plausibleEmail(text: string): string {
  const email = normalEmail(text)
  if (email.length > MAX_EMAIL || !EMAIL.test(email)) throw invalid('email', 'must be an e-mail address')
  return email
}
