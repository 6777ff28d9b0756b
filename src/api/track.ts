import { z } from 'zod'
import { MillraceError } from '../errors.js'
import { idempotencyKey } from './idempotency.js'
import type { Ingest } from './ingest.js'
import { type Route, route } from './route.js'
import { shownId, shownTime } from './schemas/common.js'
import { trackBody } from './schemas/events.js'

const trackedSchema = z
  .object({
    success: z.literal(true),
    data: z.object({ contact: shownId, event: shownId, timestamp: shownTime }),
  })
  .meta({ id: 'Tracked' })

/** What a web page may call: one event of one person, with a public key. */
export function trackRoutes({ ingest }: { readonly ingest: Ingest }): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/track',
      access: 'public',
      tag: 'Events',
      summary: 'Track an event',
      description: 'Answers once Kafka has the event. `Idempotency-Key` stands for a missing `eventId`.',
      body: trackBody,
      idempotent: true,
      answers: { 200: { description: 'Kafka has the event', schema: trackedSchema } },
      errors: ['VALIDATION_ERROR', 'SERVICE_UNAVAILABLE'],
      handle: async (call) => {
        const { projectId, body } = call
        const { event, ...rest } = body
        const eventId = rest.eventId ?? idempotencyKey(call) ?? undefined
        const [accepted] = await ingest(projectId, [{ ...rest, name: event, eventId }])
        if (accepted === undefined) throw new MillraceError('INTERNAL_ERROR', 'An event came to nothing.')
        const { contactId: contact, id, occurredAt: timestamp } = accepted
        return { status: 200, body: { success: true, data: { contact, event: id, timestamp } } }
      },
    }),
  ]
}
