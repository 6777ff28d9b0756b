import { contactEventsOf } from '../src/store/emailEvents.js'
import type { MessageStore } from '../src/store/ports/messages.js'
import type { EmailEvent } from '../src/workflow/emailEvent.js'
import type { Batch, Handler, Message } from './batch.js'
import type { EngineDeps } from './deps.js'
import { type Parked, parkMessages } from './parking.js'

interface Report {
  readonly event: EmailEvent
  readonly source: Message
}

/**
 * Reports of mail providers become contact events. A repeat of a batch publishes the same events again, with the
 * same ids; a report on a mail that nobody sent from here is parked.
 */
export function createEmailEventsHandler(deps: EngineDeps, messages: Pick<MessageStore, 'find'>): Handler {
  const emailsOf = async (_project: unknown, ids: Parameters<EngineDeps['contacts']['read']>[0]) =>
    new Map((await deps.contacts.read(ids)).map(({ id, email }) => [id, email]))
  return async (batch) => {
    const { reports, parked } = await decode(deps, batch)
    const events = await contactEventsOf(
      { messages, emailsOf },
      reports.map(({ event }) => event),
      deps.clock.now(),
    )
    reports.forEach(({ event, source }, place) => {
      if (events[place] !== null) return
      const detail = `messageId: no mail of this project has the Message-ID ${event.messageId}`
      parked.push({ message: source, reason: 'unknown_mail', detail })
    })
    await deps.outbox.publish(events.flatMap((event) => event ?? []))
    await parkMessages(deps, batch, parked)
    return { type: 'done' }
  }
}

async function decode(deps: EngineDeps, batch: Batch): Promise<{ reports: Report[]; parked: Parked[] }> {
  const values = batch.messages.map(({ value }) => value)
  const decoded = await deps.codec.decodeAll('emailEvent', values)
  const reports: Report[] = []
  const parked: Parked[] = []
  decoded.forEach((one, place) => {
    const source = batch.messages[place]
    if (source === undefined) return
    if (one.ok) reports.push({ event: one.value, source })
    else parked.push({ message: source, reason: one.reason, detail: one.message })
  })
  return { reports, parked }
}
