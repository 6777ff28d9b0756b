import { z } from 'zod'
import { ALONGSIDE } from '../../steps/alongside.js'
import { canonicalName, isReservedName } from '../../workflow/contactEvent.js'
import type { ContactId } from '../../workflow/ids.js'
import { idOf, isCleanText, jsonObject, shownId, shownTime, trimmed } from './common.js'
import { contactData, email } from './contacts.js'

const MAX_EVENTS = 1_000
export const MAX_EVENT_ID = 200

/** A name that clients may send. */
const eventName = trimmed(1, 200).transform((text, ctx) => {
  const name = canonicalName(text)
  if (isReservedName(name))
    ctx.addIssue({
      code: 'custom',
      message: 'is reserved: the engine alone sends it',
      params: { code: 'reserved_name' },
      input: text,
    })
  return name
})

/** The same that readers of the topic take. */
export const eventId = z
  .string()
  .min(1)
  .max(MAX_EVENT_ID)
  .refine(isCleanText, { message: 'must not hold NUL or broken characters' })
  .meta({ description: 'Unique per contact; sending it again changes nothing' })

/** Times that Avro, BSON and JavaScript all take. */
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z')

export const occurredAt = z.iso.datetime({ offset: true }).transform((text, ctx) => {
  const at = new Date(text)
  if (at.getTime() >= EARLIEST && at.getTime() <= LATEST) return at
  ctx.addIssue({ code: 'custom', message: 'must be a time in ISO 8601', input: text })
  return z.NEVER
})

const common = {
  data: contactData.optional(),
  subscribed: z.boolean().optional(),
  eventId: eventId.optional(),
  occurredAt: occurredAt.optional(),
}

export const trackBody = z.strictObject({ event: eventName, email, ...common })

const oneEvent = z
  .strictObject({
    name: eventName,
    email: email.optional(),
    contactId: idOf<ContactId>().optional(),
    ...common,
  })
  .refine(namesOne, {
    path: ['email'],
    message: 'exactly one of email and contactId must be given',
    params: { code: 'required' },
    ...ALONGSIDE,
  })

function namesOne(event: { readonly email?: unknown; readonly contactId?: unknown }): boolean {
  return (event.email === undefined) !== (event.contactId === undefined)
}

export type EventBody = z.output<typeof oneEvent>

export const eventsBody = z.union([oneEvent, z.array(oneEvent).max(MAX_EVENTS)])

export const eventSchema = z
  .object({
    id: shownId,
    contactId: shownId,
    name: z.string(),
    data: jsonObject,
    occurredAt: shownTime,
    receivedAt: shownTime,
  })
  .meta({ id: 'Event' })

export const eventNameSchema = z
  .object({ name: z.string(), count: z.int(), lastSeenAt: shownTime })
  .meta({ id: 'EventName' })
