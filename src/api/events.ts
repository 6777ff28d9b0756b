import { z } from 'zod'
import type { EventDirectory } from '../store/ports/eventDirectory.js'
import { canonicalName, type Order, type RecordedEvent } from '../workflow/contactEvent.js'
import type { ContactId } from '../workflow/ids.js'
import { cursorAnswer, cursorFields, readCursor } from './cursor.js'
import { idempotencyKey } from './idempotency.js'
import type { Ingest, SentEvent } from './ingest.js'
import { type Route, route } from './route.js'
import { idOf, shownId } from './schemas/common.js'
import { type EventBody, eventNameSchema, eventSchema, eventsBody } from './schemas/events.js'
import { cursorSchema } from './schemas/pages.js'

export interface EventDeps {
  readonly events: EventDirectory
  readonly ingest: Ingest
}

const tag = 'Events'
const whole = z.int().min(0)
const placeSchema = z.tuple([z.int(), whole, whole])
const acceptedSchema = z.object({ accepted: z.int(), events: z.array(shownId) })

/** Events in, and what was recorded of them. */
export function eventRoutes(deps: EventDeps): Route[] {
  return [postRoute(deps), listRoute(deps), namesRoute(deps)]
}

function postRoute({ ingest }: EventDeps): Route {
  return route({
    method: 'POST',
    path: '/events',
    access: 'secret',
    tag,
    summary: 'Send one event or up to 1,000',
    description:
      'All or none. Answers once Kafka has them. `Idempotency-Key` stands for a missing `eventId`; in an array it is `key:index`.',
    body: eventsBody,
    idempotent: true,
    answers: { 202: { description: 'Kafka has the events', schema: acceptedSchema } },
    errors: ['VALIDATION_ERROR', 'CONTACT_NOT_FOUND', 'SERVICE_UNAVAILABLE'],
    handle: async (call) => {
      const { projectId, body } = call
      const key = idempotencyKey(call, Array.isArray(body) ? ':999'.length : 0)
      const accepted = await ingest(projectId, identified(body, key))
      return { status: 202, body: { accepted: accepted.length, events: accepted.map(({ id }) => id) } }
    },
  })
}

/** An `eventId` of its own goes before the request's key. */
function identified(body: EventBody | readonly EventBody[], key: string | null): SentEvent[] {
  const named = (event: EventBody, id: string) =>
    key === null ? event : { ...event, eventId: event.eventId ?? id }
  if ('name' in body) return [named(body, key ?? '')]
  return body.map((event, place) => named(event, `${key}:${place}`))
}

function listRoute({ events }: EventDeps): Route {
  return route({
    method: 'GET',
    path: '/events',
    access: 'secret',
    tag,
    summary: 'List recorded events',
    description: 'Newest first.',
    query: z.object({
      ...cursorFields,
      contactId: idOf<ContactId>().optional(),
      name: z.string().trim().max(200).transform(canonicalName).optional(),
    }),
    answers: { 200: { description: 'A page of events', schema: cursorSchema(eventSchema) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query }) => {
      const of = { list: 'events', projectId }
      const after = orderOf(readCursor(of, query.cursor, placeSchema))
      const { limit, contactId = null, name = null } = query
      const page = await events.list(projectId, { contactId, name, after, limit })
      const next = page.next === null ? null : placeOf(page.next)
      return { status: 200, body: cursorAnswer(of, page.events.map(showEvent), next) }
    },
  })
}

function orderOf(read: z.output<typeof placeSchema> | null): Order | null {
  return read === null ? null : { at: new Date(read[0]), partition: read[1], offset: read[2] }
}

function placeOf({ at, partition, offset }: Order) {
  return [at.getTime(), partition, offset]
}

function showEvent({ id, contactId, name, data, occurredAt, order }: RecordedEvent) {
  return { id, contactId, name, data, occurredAt, receivedAt: order.at }
}

function namesRoute({ events }: EventDeps): Route {
  return route({
    method: 'GET',
    path: '/events/names',
    access: 'secret',
    tag,
    summary: 'List the names of recorded events',
    description: 'Latest seen first.',
    answers: { 200: { description: 'The names', schema: z.object({ data: z.array(eventNameSchema) }) } },
    errors: [],
    handle: async ({ projectId }) => ({ status: 200, body: { data: await events.names(projectId) } }),
  })
}
