import type { Contact } from '../workflow/contact.js'
import { derivedId } from '../workflow/ids.js'
import type { SystemEvent } from '../workflow/messages.js'

/** A subscription became this, and what caused it. */
export interface Turn {
  readonly subscribed: boolean
  readonly cause: SystemEvent['cause']
}

/**
 * The events of one write's changes of a subscription. The write is on condition of the contact's version, and ids
 * come from (contact, version, place), so a repeat is the same event and another change is another one.
 */
export function subscriptionEvents(
  contact: Contact,
  turns: readonly Turn[],
  occurredAt: Date,
): SystemEvent[] {
  return turns.map(({ subscribed, cause }, place) => ({
    eventId: derivedId(['subscription', contact.id, contact.version + 1, ...(place === 0 ? [] : [place])]),
    projectId: contact.projectId,
    contactId: contact.id,
    email: contact.email,
    name: subscribed ? 'contact.subscribed' : 'contact.unsubscribed',
    data: {},
    occurredAt,
    cause,
  }))
}
