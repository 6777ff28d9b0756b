import { compareOrder, type RecordedEvent } from '../workflow/contactEvent.js'
import type { EventQuery } from './ports/events.js'

/** Does an event answer any of the questions? Stores may find a little more than was asked. */
export function answers(queries: readonly EventQuery[]): (event: RecordedEvent) => boolean {
  const byContact = new Map<string, EventQuery[]>()
  for (const query of queries) {
    const others = byContact.get(query.contactId)
    if (others === undefined) byContact.set(query.contactId, [query])
    else others.push(query)
  }
  return (event) => (byContact.get(event.contactId) ?? []).some((query) => isAnswer(event, query))
}

function isAnswer(event: RecordedEvent, { names, after }: EventQuery): boolean {
  if (!names.includes(event.name)) return false
  return 'at' in after ? event.order.at >= after.at : compareOrder(event.order, after.order) > 0
}

/** The broker time from which on a question can be answered. */
export function earliest({ after }: EventQuery): Date {
  return 'at' in after ? after.at : after.order.at
}
