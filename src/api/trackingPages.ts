import { z } from 'zod'
import type { TrackedMail, TrackingReader } from '../effects/ports.js'
import { MillraceError } from '../errors.js'
import type { Announcer } from '../events.js'
import type { EmailEvent } from '../workflow/emailEvent.js'
import { derivedId } from '../workflow/ids.js'
import { createTellOfMails, type EmailEventDeps, type TellOfMails } from './emailEvents.js'
import { type Route, route } from './route.js'

export type TrackingDeps = EmailEventDeps & {
  readonly tracking: TrackingReader
  readonly announcer: Announcer
}

const tag = 'Tracking'
/** A person waits for the page behind the link. */
const PUBLISH_WITHIN_MS = 2_000
/** Clicks on one link in the same span are one. */
const SPAN_MS = 60_000

const params = z.object({
  token: z.string().max(200).meta({ description: 'The signed part of a link in a mail' }),
})
const common = {
  method: 'GET',
  access: 'open',
  tag,
  params,
  errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
} as const

/** Where tracked links and images of mails lead; tracking is off unless EMAIL_TRACKING says so. */
export function trackingPages(deps: TrackingDeps): Route[] {
  const tell = createTellOfMails({ ...deps, publishWithinMs: PUBLISH_WITHIN_MS })
  return [clickRoute(deps, tell), openRoute(deps, tell)]
}

function clickRoute(deps: TrackingDeps, tell: TellOfMails): Route {
  return route({
    ...common,
    path: '/t/c/:token',
    summary: 'Go on to the page behind a link in a mail',
    query: z.object({ u: z.string().max(8_192).meta({ description: 'Where the link leads; it is signed' }) }),
    answers: { 302: { description: 'There' } },
    handle: async ({ params: { token }, query: { u: url } }) => {
      const mail = mailOf(deps, token, url)
      await note(deps, tell, { mail, type: 'clicked', data: { url } })
      return { status: 302, headers: { Location: new URL(url).href, ...HEADERS } }
    },
  })
}

function openRoute(deps: TrackingDeps, tell: TellOfMails): Route {
  return route({
    ...common,
    path: '/t/o/:token',
    summary: 'The image that says that a mail was opened',
    answers: { 200: { description: 'One transparent pixel', schema: z.string(), type: 'image/gif' } },
    handle: async ({ params: { token } }) => {
      const mail = mailOf(deps, token, null)
      await note(deps, tell, { mail, type: 'opened', data: {} })
      return { status: 200, body: PIXEL, headers: { 'Content-Type': 'image/gif', ...HEADERS } }
    },
  })
}

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const HEADERS = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' }

function mailOf({ tracking }: TrackingDeps, token: string, url: string | null): TrackedMail {
  const mail = tracking.read(token, url)
  if (mail === null) throw new MillraceError('NOT_FOUND', 'This link leads nowhere.')
  return mail
}

type Noted = Pick<EmailEvent, 'type' | 'data'> & { readonly mail: TrackedMail }

/** Whoever clicked goes on, whether or not Kafka takes the event now. */
async function note(
  { clock, announcer }: TrackingDeps,
  tell: TellOfMails,
  { mail, type, data }: Noted,
): Promise<void> {
  const { projectId, executionId, stepId } = mail
  const occurredAt = clock.now()
  const span = Math.floor(occurredAt.getTime() / SPAN_MS)
  const eventId = derivedId(['tracked', type, executionId, stepId, data['url'] ?? null, span])
  const messageId = `<${executionId}.${stepId}@tracked>`
  try {
    await tell([{ v: 1, projectId, type, messageId, eventId, data, occurredAt }])
  } catch (error) {
    announcer.announce('failure', { where: `noting that a mail was ${type}`, error })
  }
}
