import { randomUUID } from 'node:crypto'
import type { Outbox } from '../../producers/outputs.js'
import { type FieldFault, MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { ContactDirectory } from '../store/ports/contactDirectory.js'
import { within } from '../within.js'
import { type ContactEvent, eventRecordId } from '../workflow/contactEvent.js'
import type { ContactId, EventRecordId, ProjectId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import { gatherLookups } from './gatherLookups.js'

export interface IngestDeps {
  readonly contacts: ContactDirectory
  readonly outbox: Pick<Outbox, 'publish'>
  readonly clock: Clock
  /** How long Kafka may take to have the events on all in-sync replicas. */
  readonly publishWithinMs?: number
}

export interface SentEvent {
  readonly name: string
  readonly email?: string | undefined
  readonly contactId?: ContactId | undefined
  readonly data?: JsonObject | undefined
  readonly subscribed?: boolean | undefined
  readonly eventId?: string | undefined
  readonly occurredAt?: Date | undefined
}

/** What an event is known by once Kafka has it. */
export interface Accepted {
  readonly contactId: ContactId
  readonly id: EventRecordId
  readonly occurredAt: Date
}

/** Takes events in: resolves when Kafka has all of them, and nothing is sent where one names nobody. */
export type Ingest = (projectId: ProjectId, events: readonly SentEvent[]) => Promise<Accepted[]>

/** The answer must be out within 10 s. */
const PUBLISH_WITHIN_MS = 9_000

export function createIngest(deps: IngestDeps): Ingest {
  const idOf = gatherLookups((projectId, emails: readonly string[]) => deps.contacts.idsOf(projectId, emails))
  const emailOf = gatherLookups((projectId, ids: readonly ContactId[]) =>
    deps.contacts.emailsOf(projectId, ids),
  )
  return async (projectId, events) => {
    const emails = await Promise.all(
      events.map(({ email, contactId }) => (contactId === undefined ? email : emailOf(projectId, contactId))),
    )
    refuseUnknown(emails)
    const now = deps.clock.now()
    const sent = events.map((event, at) => prepare({ projectId, event, email: emails[at] ?? '', now }))
    // What an event is known by is found out while it travels.
    const [ids] = await Promise.all([
      Promise.all(sent.map(({ contactId, email }) => contactId ?? idOf(projectId, email))),
      publishInTime(deps, sent),
    ])
    return sent.map((event, at) => acceptedAs(event, ids[at]))
  }
}

function refuseUnknown(emails: readonly (string | undefined)[]): void {
  const faults = emails.flatMap((email, place): FieldFault[] =>
    email === undefined
      ? [{ field: emails.length === 1 ? 'contactId' : `[${place}].contactId`, ...UNKNOWN }]
      : [],
  )
  if (faults.length > 0) throw new MillraceError('CONTACT_NOT_FOUND', 'There is no such contact.', { faults })
}

const UNKNOWN = { message: 'is the id of no contact', code: 'not_found' }

interface Preparing {
  readonly projectId: ProjectId
  readonly event: SentEvent
  readonly email: string
  readonly now: Date
}

type Travelling = ContactEvent & { readonly email: string }

function prepare({ projectId, event, email, now }: Preparing): Travelling {
  const { name, contactId = null, data = {}, subscribed = null, eventId, occurredAt = now } = event
  const identity = { v: 1, eventId: eventId ?? randomUUID(), projectId } as const
  return { ...identity, name, email, contactId, data, subscribed, occurredAt, cause: null }
}

function acceptedAs({ projectId, eventId, occurredAt }: Travelling, contactId?: ContactId): Accepted {
  if (contactId === undefined) throw new MillraceError('INTERNAL_ERROR', 'The project has no secret for ids.')
  return { contactId, id: eventRecordId(projectId, contactId, eventId), occurredAt }
}

/** Resolves when Kafka has the events; throws BROKER_AWAY when that takes too long for an answer. */
export async function publishInTime(
  deps: Pick<IngestDeps, 'outbox' | 'publishWithinMs'>,
  events: readonly ContactEvent[],
): Promise<void> {
  if (events.length === 0) return
  const late = () => new MillraceError('BROKER_AWAY', 'Kafka did not take the events in time.')
  await within(deps.outbox.publish(events), deps.publishWithinMs ?? PUBLISH_WITHIN_MS, late)
}
