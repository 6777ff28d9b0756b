import { z } from 'zod'
import { contactEventsOf, type EmailEventStores } from '../store/emailEvents.js'
import {
  EMAIL_EVENT_ALIASES,
  EMAIL_EVENT_TYPES,
  type EmailEvent,
  emailEventType,
} from '../workflow/emailEvent.js'
import { type IngestDeps, publishInTime } from './ingest.js'
import { type Route, route } from './route.js'
import { contactData } from './schemas/contacts.js'
import { eventId, occurredAt } from './schemas/events.js'

export type EmailEventDeps = Pick<IngestDeps, 'contacts' | 'outbox' | 'clock' | 'publishWithinMs'> & {
  readonly messages: EmailEventStores['messages']
}

/** Resolves when Kafka has the contact events of all reports whose mail is known; answers the places of the others. */
export type TellOfMails = (reports: readonly EmailEvent[]) => Promise<readonly number[]>

export function createTellOfMails(deps: EmailEventDeps): TellOfMails {
  const stores = { messages: deps.messages, emailsOf: deps.contacts.emailsOf.bind(deps.contacts) }
  return async (reports) => {
    const events = await contactEventsOf(stores, reports, deps.clock.now())
    await publishInTime(
      deps,
      events.flatMap((event) => event ?? []),
    )
    return events.flatMap((event, place) => (event === null ? [place] : []))
  }
}

const MAX_REPORTS = 1_000
const TYPES = [...EMAIL_EVENT_TYPES, ...Object.keys(EMAIL_EVENT_ALIASES)]

const type = z
  .string()
  .transform((text, ctx) => {
    const known = emailEventType(text)
    if (known !== null) return known
    ctx.addIssue({ code: 'custom', message: `must be one of ${TYPES.join(', ')}`, input: text })
    return z.NEVER
  })
  .meta({ type: 'string', enum: TYPES, description: 'Also with `email.` in front, and in any case' })

const report = z.strictObject({
  type,
  messageId: z
    .string()
    .max(998)
    .meta({ description: 'The Message-ID of the mail, as `GET /messages` and `email.sent` show it' }),
  eventId: eventId.optional(),
  occurredAt: occurredAt.optional(),
  data: contactData.optional(),
})

const answer = z.object({
  accepted: z.int(),
  ignored: z.array(z.object({ index: z.int(), reason: z.literal('unknown_message') })),
})

/** What mail providers know: delivered, opened, clicked, bounced, complained. */
export function emailEventRoutes(deps: EmailEventDeps): Route[] {
  const tell = createTellOfMails(deps)
  return [
    route({
      method: 'POST',
      path: '/v1/email-events',
      access: 'secret',
      tag: 'Messages',
      summary: 'Report what became of e-mails',
      description:
        'One report or up to 1,000. Each becomes an `email.*` event of the contact that the mail was about; a complaint also unsubscribes. Reports on mails that are not known are ignored and listed. Sending a report again changes nothing.',
      body: z.union([report, z.array(report).max(MAX_REPORTS)]),
      answers: { 202: { description: 'Kafka has the events', schema: answer } },
      errors: ['VALIDATION_ERROR', 'SERVICE_UNAVAILABLE'],
      handle: async ({ projectId, body }) => {
        const reports = [body].flat().map(
          ({ type, messageId, eventId = null, occurredAt = null, data = {} }): EmailEvent => ({
            v: 1,
            projectId,
            type,
            messageId,
            eventId,
            occurredAt,
            data,
          }),
        )
        const unknown = await tell(reports)
        const ignored = unknown.map((index) => ({ index, reason: 'unknown_message' }))
        return { status: 202, body: { accepted: reports.length - unknown.length, ignored } }
      },
    }),
  ]
}
