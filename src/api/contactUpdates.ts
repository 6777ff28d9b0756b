import type { Outbox } from '../../producers/outputs.js'
import { subscriptionEvents } from '../engine/subscriptionEvents.js'
import { MillraceError } from '../errors.js'
import type { Announcer } from '../events.js'
import type { Clock } from '../store/ports/clock.js'
import type { ContactDirectory } from '../store/ports/contactDirectory.js'
import type { Contact } from '../workflow/contact.js'
import { type MergePlan, mergePlan, sizeFaults } from '../workflow/contactData.js'
import type { ProjectId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import type { SystemEvent } from '../workflow/messages.js'

export interface UpdateDeps {
  readonly contacts: ContactDirectory
  readonly outbox: Pick<Outbox, 'send'>
  readonly announcer: Announcer
  readonly clock: Clock
  /** MongoDB's time as brokers tell it: what broker times of events are compared with. */
  readonly brokerNow: () => Date
}

export interface ContactFields {
  readonly data: JsonObject
  readonly subscribed: boolean | null
}

export interface ContactUpdates {
  upsert(projectId: ProjectId, email: string, fields: ContactFields): Promise<Upserted>
  /** `read` is called again whenever another write was faster. */
  change(
    read: () => Promise<Contact>,
    fields: ContactFields & { readonly email: string | null },
  ): Promise<Contact>
}

interface Upserted {
  readonly contact: Contact
  readonly created: boolean
}

/** Each round loses to another write of the same contact only, so this many are never needed. */
const MAX_ROUNDS = 50

/** Changes of contacts by the rules of events' data, on condition of the version: none undoes another. */
export function createUpdates(deps: UpdateDeps): ContactUpdates {
  return {
    upsert: (projectId, email, fields) => upsert(deps, { projectId, email, fields }),
    change: (read, fields) =>
      untilDone(async () => {
        const result = await write(deps, await read(), fields)
        if (result === 'taken')
          throw new MillraceError('CONFLICT', 'Another contact has this e-mail address.')
        return result === 'missed' ? null : result
      }),
  }
}

async function untilDone<Result>(attempt: () => Promise<Result | null>): Promise<Result> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = await attempt()
    if (result !== null) return result
  }
  throw new MillraceError('SERVICE_UNAVAILABLE', 'The contact is being changed by too many requests at once.')
}

interface Upsert {
  readonly projectId: ProjectId
  readonly email: string
  readonly fields: ContactFields
}

function upsert(deps: UpdateDeps, { projectId, email, fields }: Upsert): Promise<Upserted> {
  return untilDone(async () => {
    const contact = await deps.contacts.findByEmail(projectId, email)
    if (contact !== null) {
      const changed = await write(deps, contact, { ...fields, email: null })
      return typeof changed === 'string' ? null : { contact: changed, created: false }
    }
    const data = merged({}, mergePlan(fields.data))
    const made = { email, data, subscribed: fields.subscribed ?? true }
    const created = await deps.contacts.create(projectId, made, deps.clock.now())
    return created === null ? null : { contact: created, created: true }
  })
}

function merged(before: JsonObject, { set, unset }: MergePlan): JsonObject {
  const kept = Object.entries(before).filter(([key]) => !unset.includes(key))
  const data = Object.fromEntries([...kept, ...Object.entries(set)])
  const faults = sizeFaults(data)
  if (faults.length > 0)
    throw new MillraceError('VALIDATION_ERROR', 'The contact would have too much data.', { faults })
  return data
}

async function write(
  deps: UpdateDeps,
  contact: Contact,
  fields: ContactFields & { readonly email: string | null },
): Promise<Contact | 'missed' | 'taken'> {
  const plan = mergePlan(fields.data)
  merged(contact.data, plan)
  const now = deps.clock.now()
  const turned = fields.subscribed !== null && fields.subscribed !== contact.subscribed
  const turns = turned ? [{ subscribed: !contact.subscribed, cause: null }] : []
  const owed = subscriptionEvents(contact, turns, now)
  const moves = fields.email !== null && fields.email !== contact.email
  const changes = { set: plan.set, unset: plan.unset, subscribed: turned ? fields.subscribed : null }
  const move = moves && fields.email !== null ? { email: fields.email, until: deps.brokerNow() } : null
  const changed = await deps.contacts.change(contact, { changes, move, owed }, now)
  if (typeof changed !== 'string' && owed.length > 0) sendOwed(deps, changed, owed)
  return changed
}

/** Not waited for: the contact keeps what it owes until Kafka has it, and the sweeper sends what is left. */
function sendOwed(deps: UpdateDeps, contact: Contact, events: readonly SystemEvent[]): void {
  const eventIds = events.map(({ eventId }) => eventId)
  deps.outbox
    .send({ facts: [], events, steps: [], timers: [] })
    .then(() => deps.contacts.clearOwed(contact.id, eventIds))
    .catch((error: unknown) =>
      deps.announcer.announce('failure', { where: `events of contact ${contact.id}`, error }),
    )
}
