import { type Folding, startFolding } from '../../src/engine/foldContact.js'
import { keyText } from '../../src/store/contactIds.js'
import type { ContactKey, Folded, Newborn, StoredContact } from '../../src/store/ports/contacts.js'
import type { Contact } from '../../src/workflow/contact.js'
import { compareOrder, type Order } from '../../src/workflow/contactEvent.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { Incoming } from './decode.js'
import { foldFields } from './foldFields.js'

/**
 * What contacts that are not there yet are made with, in one write: the fields of the batch's events about them.
 * `byKey`: by the texts of their addresses' keys. Null where an event turns the subscription, which is announced, so
 * it is written as to any contact; and where they come from several partitions, since a birth tells of one.
 */
export function newborns(
  byKey: ReadonlyMap<string, readonly Incoming[]>,
): (key: ContactKey) => Newborn | null {
  return (key) => {
    const events = [...(byKey.get(keyText(key)) ?? [])].sort((a, b) => compareOrder(a.order, b.order))
    const [first, last] = [events[0], events.at(-1)]
    if (first === undefined || last === undefined) return null
    const { partition } = first.order
    if (events.some(({ order }) => order.partition !== partition)) return null
    const { set, turns } = foldAll(key, events)
    if (turns.length > 0) return null
    return { birth: { partition, from: markOf(first.order), upTo: markOf(last.order) }, set }
  }
}

/** Is this one of the events that its contact was made with? */
export function isBorn({ contact, order }: { contact: StoredContact; order: Order }): boolean {
  const { birth } = contact
  if (birth === null || birth.partition !== order.partition) return false
  return isUpTo(birth.from, order) && isUpTo(order, birth.upTo)
}

/** The contact as it would have been without any event. */
export function unborn(contact: Contact): Contact {
  return { ...contact, subscribed: true, data: {}, version: 0, updatedAt: contact.createdAt }
}

function foldAll(key: ContactKey, events: readonly Incoming[]): Folding {
  const seen = new Set<string>()
  let folding = startFolding({ ...key, ...NOBODY })
  for (const { event } of events) {
    if (!seen.has(event.eventId)) folding = foldFields(folding, event).folding
    seen.add(event.eventId)
  }
  return folding
}

/** Who is made knows his id and time only then; no event's fields depend on them. */
const NOBODY = {
  id: '' as ContactId,
  subscribed: true,
  data: {},
  version: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
}

function markOf({ offset, at }: Order): Folded {
  return { offset, at }
}

function isUpTo(one: Folded, other: Folded): boolean {
  return one.offset <= other.offset && one.at <= other.at
}
