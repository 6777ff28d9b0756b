import { randomUUID } from 'node:crypto'
import type { Outbox } from '../../producers/outputs.js'
import { type FieldFault, MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { ContactDirectory } from '../store/ports/contactDirectory.js'
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
  const byEmail = async (projectId: ProjectId, email: string): Promise<Addressed | null> => {
    const contactId = await idOf(projectId, email)
    return contactId === undefined ? null : { email, contactId, named: null }
  }
  const byId = async (projectId: ProjectId, contactId: ContactId): Promise<Addressed | null> => {
    const email = await emailOf(projectId, contactId)
    return email === undefined ? null : { email, contactId, named: contactId }
  }
  const address = (projectId: ProjectId, { email = '', contactId }: SentEvent) =>
    contactId === undefined ? byEmail(projectId, email) : byId(projectId, contactId)
  return async (projectId, events) => {
    const addressed = await Promise.all(events.map((event) => address(projectId, event)))
    refuseUnknown(addressed, events.length)
    const now = deps.clock.now()
    const pairs = events.flatMap((event, place) => {
      const to = addressed[place]
      return to ? [prepare({ projectId, event, to, now })] : []
    })
    await publishInTime(
      deps,
      pairs.map(([event]) => event),
    )
    return pairs.map(([, accepted]) => accepted)
  }
}

interface Addressed {
  readonly email: string
  readonly contactId: ContactId
  /** Set where the sender named the contact by id. */
  readonly named: ContactId | null
}

function refuseUnknown(addressed: readonly (Addressed | null)[], count: number): void {
  const faults = addressed.flatMap((to, place): FieldFault[] =>
    to === null ? [{ field: count === 1 ? 'contactId' : `[${place}].contactId`, ...UNKNOWN }] : [],
  )
  if (faults.length > 0) throw new MillraceError('CONTACT_NOT_FOUND', 'There is no such contact.', { faults })
}

const UNKNOWN = { message: 'is the id of no contact', code: 'not_found' }

interface Preparing {
  readonly projectId: ProjectId
  readonly event: SentEvent
  readonly to: Addressed
  readonly now: Date
}

function prepare({ projectId, event, to, now }: Preparing): readonly [ContactEvent, Accepted] {
  const { name, data = {}, subscribed = null, eventId = randomUUID(), occurredAt = now } = event
  const sent: ContactEvent = {
    v: 1,
    eventId,
    projectId,
    name,
    email: to.email,
    contactId: to.named,
    data,
    subscribed,
    occurredAt,
    cause: null,
  }
  const { contactId } = to
  return [sent, { contactId, id: eventRecordId(projectId, contactId, eventId), occurredAt }]
}

/** Resolves when Kafka has the events; throws BROKER_AWAY when that takes too long for an answer. */
export async function publishInTime(
  deps: Pick<IngestDeps, 'outbox' | 'publishWithinMs'>,
  events: readonly ContactEvent[],
): Promise<void> {
  if (events.length === 0) return
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(new MillraceError('BROKER_AWAY', 'Kafka did not take the events in time.'))
    timer = setTimeout(refuse, deps.publishWithinMs ?? PUBLISH_WITHIN_MS)
  })
  try {
    await Promise.race([deps.outbox.publish(events), late])
  } finally {
    clearTimeout(timer)
  }
}
