import type { Contact } from '../workflow/contact.js'
import { derivedId } from '../workflow/ids.js'
import type { SystemEvent } from '../workflow/messages.js'

/** The event of a changed subscription; its id comes from (contact, version), so a repeat is the same event. */
export function subscriptionEvent(
  contact: Contact,
  subscribed: boolean,
  occurredAt: Date,
  cause: SystemEvent['cause'],
): SystemEvent {
  const name = subscribed ? 'contact.subscribed' : 'contact.unsubscribed'
  return {
    eventId: derivedId(['subscription', contact.id, contact.version + 1]),
    projectId: contact.projectId,
    contactId: contact.id,
    email: contact.email,
    name,
    data: {},
    occurredAt,
    cause,
  }
}
