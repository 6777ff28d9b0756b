import { keyText, uniqueKeys } from '../../src/store/contactIds.js'
import type { ContactKey, FormerAddress, StoredContact } from '../../src/store/ports/contacts.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { EngineDeps } from '../deps.js'
import { type Parked, parkMessages } from '../parking.js'
import { newborns } from './births.js'
import type { Incoming } from './decode.js'

/** An event and the contact that it is about. */
export interface Addressed extends Incoming {
  readonly contact: StoredContact
}

/**
 * Finds each event's contact, by id or e-mail, and makes those that are missing. An event that is older than
 * a change of its address goes to whom it meant; one whose person was erased is dropped and counted.
 */
export async function addressEvents(
  deps: EngineDeps,
  topic: string,
  incoming: readonly Incoming[],
): Promise<Addressed[]> {
  const former = await formerOwners(deps, incoming)
  const isForgotten = (one: Incoming) => former.get(one)?.contactId === null
  const living = incoming.filter((one) => !isForgotten(one))
  const idOf = (one: Incoming) => one.event.contactId ?? former.get(one)?.contactId ?? null
  const byId = await readById(deps, living, idOf)
  const byEmail = await findByEmail(
    deps,
    living.filter((one) => idOf(one) === null),
  )
  const addressed = living.flatMap((one): Addressed[] => {
    const id = idOf(one)
    const contact = id === null ? byEmail.get(keyText(emailKey(one))) : byId.get(id)
    return contact?.projectId === one.event.projectId ? [{ ...one, contact }] : []
  })
  const met = new Set(addressed.map(({ source }) => source))
  const nobodys = living.flatMap((one) => (met.has(one.source) ? [] : { ...one, contactId: idOf(one) }))
  const erased = await parkStrangers(deps, topic, nobodys)
  dropErased(deps, topic, incoming.filter(isForgotten).length + erased)
  return addressed
}

type Nobodys = Incoming & { readonly contactId: ContactId | null }

/** Parks what names nobody; what names somebody who was erased is only counted: a letter would keep it. */
async function parkStrangers(deps: EngineDeps, topic: string, nobodys: readonly Nobodys[]): Promise<number> {
  const refs = nobodys.flatMap(({ event: { projectId }, contactId: id }) =>
    id === null ? [] : [{ projectId, id }],
  )
  const erased: ReadonlySet<ContactId | null> = await deps.contacts.erased(refs)
  const strangers = nobodys.filter(({ contactId }) => !erased.has(contactId))
  const parked = strangers.map(({ source, contactId }): Parked => {
    const detail = `contactId: no contact ${contactId} in this project`
    return { message: source, reason: 'unknown_contact', detail }
  })
  await parkMessages(deps, { topic }, parked)
  return nobodys.length - strangers.length
}

function dropErased({ announcer }: EngineDeps, topic: string, count: number): void {
  if (count > 0) announcer.announce('messages.dropped', { topic, reason: 'contact_erased', count })
}

function emailKey({ event }: Incoming): ContactKey {
  return { projectId: event.projectId, email: event.email ?? '' }
}

/** Whom the address led to when the event was appended: the first of its records that ended after that. */
export async function formerOwners(
  deps: { readonly contacts: Pick<EngineDeps['contacts'], 'formerAddresses'> },
  incoming: readonly Incoming[],
): Promise<Map<Incoming, FormerAddress>> {
  const named = incoming.filter(({ event }) => event.contactId === null)
  if (named.length === 0) return new Map()
  const records = await deps.contacts.formerAddresses(uniqueKeys(named.map(emailKey)))
  const byKey = groupBy(
    [...records].sort((a, b) => a.until.getTime() - b.until.getTime()),
    keyText,
  )
  const owners = new Map<Incoming, FormerAddress>()
  for (const one of named) {
    const record = byKey.get(keyText(emailKey(one)))?.find(({ until }) => one.order.at < until)
    if (record !== undefined) owners.set(one, record)
  }
  return owners
}

async function readById(
  deps: EngineDeps,
  incoming: readonly Incoming[],
  idOf: (one: Incoming) => ContactId | null,
): Promise<Map<ContactId, StoredContact>> {
  const ids = new Set(incoming.flatMap((one) => idOf(one) ?? []))
  const contacts = ids.size === 0 ? [] : await deps.contacts.read([...ids])
  return new Map(contacts.map((contact) => [contact.id, contact]))
}

async function findByEmail(
  deps: EngineDeps,
  incoming: readonly Incoming[],
): Promise<Map<string, StoredContact>> {
  if (incoming.length === 0) return new Map()
  const contacts = await deps.contacts.findOrCreate(
    uniqueKeys(incoming.map(emailKey)),
    deps.clock.now(),
    newborns(groupBy(incoming, (one) => keyText(emailKey(one)))),
  )
  return new Map(contacts.map((contact) => [keyText(contact), contact]))
}
