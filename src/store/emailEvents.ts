import type { ContactEvent } from '../workflow/contactEvent.js'
import { type EmailEvent, emailContactEvent, recordOfMessageId } from '../workflow/emailEvent.js'
import { groupBy } from '../workflow/groupBy.js'
import type { ContactId, MessageId, ProjectId } from '../workflow/ids.js'
import type { MessageRecord } from '../workflow/mail.js'
import type { MessageStore } from './ports/messages.js'

export interface EmailEventStores {
  readonly messages: Pick<MessageStore, 'find'>
  /** Of contacts that exist. */
  emailsOf(projectId: ProjectId, ids: readonly ContactId[]): Promise<ReadonlyMap<ContactId, string>>
}

/**
 * The contact events that reports on mails stand for, in their order; null for a mail that was never sent from
 * here, or whose contact is gone. Two calls to the database a project.
 */
export async function contactEventsOf(
  stores: EmailEventStores,
  reports: readonly EmailEvent[],
  now: Date,
): Promise<(ContactEvent | null)[]> {
  const found = new Map<string, Awaited<ReturnType<typeof findMails>>>()
  for (const [projectId, list] of groupBy(reports, (report) => report.projectId))
    found.set(projectId, await findMails(stores, projectId, list))
  return reports.map((report) => {
    const mails = found.get(report.projectId)
    const message = mails?.messages.get(recordOfMessageId(report.messageId) ?? '')
    const email = message === undefined ? undefined : mails?.emails.get(message.contactId)
    return message === undefined || email === undefined
      ? null
      : emailContactEvent(report, message, { email, now })
  })
}

async function findMails(
  { messages, emailsOf }: EmailEventStores,
  projectId: ProjectId,
  reports: readonly EmailEvent[],
): Promise<{ messages: ReadonlyMap<string, MessageRecord>; emails: ReadonlyMap<ContactId, string> }> {
  const ids = new Set(
    reports.flatMap(({ messageId }): MessageId[] => [recordOfMessageId(messageId) ?? []].flat()),
  )
  const records = ids.size === 0 ? [] : await messages.find(projectId, [...ids])
  const contacts = new Set(records.map(({ contactId }) => contactId))
  const emails = contacts.size === 0 ? new Map() : await emailsOf(projectId, [...contacts])
  return { messages: new Map(records.map((record) => [record.id as string, record])), emails }
}
