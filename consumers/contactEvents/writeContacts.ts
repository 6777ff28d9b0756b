import { subscriptionEvents } from '../../src/engine/subscriptionEvents.js'
import { MillraceError } from '../../src/errors.js'
import type { FoldWrite, StoredContact } from '../../src/store/ports/contacts.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { EngineDeps } from '../deps.js'
import { type FoldContext, type FoldedContact, foldEvents } from './foldEvents.js'
import type { Recorded } from './record.js'

/** Every round loses to another owner of the partition only, so this many are never needed. */
const MAX_ROUNDS = 20

/**
 * One conditional write a contact: fields, what it owes, how far this partition is folded in. On a miss the
 * contact is read again and the rest folded over it. Answers the system events that are owed now.
 */
export async function writeContacts(
  deps: EngineDeps,
  recorded: readonly Recorded[],
  folded: ReadonlyMap<ContactId, FoldedContact>,
  context: FoldContext,
): Promise<FoldWrite[]> {
  const written: FoldWrite[] = []
  let pending = folded
  for (let round = 0; pending.size > 0 && round < MAX_ROUNDS; round++) {
    const writes = [...pending.values()].map((one) => writeOf(one, context.now))
    const missed = await deps.contacts.fold(writes, context.now)
    written.push(...writes.filter((write) => !missed.has(write.id)))
    pending = missed.size === 0 ? new Map() : await foldAgain(deps, recorded, missed, context)
  }
  if (pending.size > 0)
    throw new MillraceError('SERVICE_UNAVAILABLE', 'contacts are moving too fast to be written')
  return written
}

/** Owed events are acknowledged by the broker before the contact forgets them. */
export async function clearOwed(deps: EngineDeps, written: readonly FoldWrite[]): Promise<void> {
  const owing = written.filter(({ owed }) => owed.length > 0)
  if (owing.length === 0) return
  await deps.contacts.clearOwed(
    owing.map(({ id, owed }) => ({ id, eventIds: owed.map(({ eventId }) => eventId) })),
  )
}

function writeOf({ folding, last }: FoldedContact, now: Date): FoldWrite {
  const { contact } = last
  const { partition, offset, at } = last.order
  const { set, unset, subscribed, turns } = folding
  return {
    id: contact.id,
    partition,
    was: contact.folded[String(partition)] ?? null,
    becomes: { offset, at },
    // What is told of a subscription is told of what it was.
    version: subscribed === null ? null : contact.version,
    changes: { set, unset, subscribed },
    owed: subscriptionEvents(contact, turns, now),
  }
}

async function foldAgain(
  deps: EngineDeps,
  recorded: readonly Recorded[],
  missed: ReadonlySet<ContactId>,
  context: FoldContext,
): Promise<ReadonlyMap<ContactId, FoldedContact>> {
  const fresh = new Map<ContactId, StoredContact>()
  for (const contact of await deps.contacts.read([...missed])) fresh.set(contact.id, contact)
  const again = recorded.flatMap((one) => {
    const contact = fresh.get(one.contact.id)
    return contact === undefined ? [] : [{ ...one, contact }]
  })
  return foldEvents(again, { ...context, tables: new Map() }).folded
}
