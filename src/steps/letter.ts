import type { EffectTools, Mail, MessageRecord, Template } from '../effects/ports.js'
import type { Contact } from '../workflow/contact.js'
import { messageRecordId } from '../workflow/emailEvent.js'
import type { MessageId } from '../workflow/ids.js'
import type { DecideTools, Facts } from './definition.js'
import { liquidScope } from './liquidScope.js'
import { mailScope, renderMail } from './renderMail.js'

/** One mail ready to be sent, and whom it is about. */
export interface Letter {
  readonly id: MessageId
  readonly contact: Contact
  readonly mail: Omit<Mail, 'timeoutMs'>
}

/**
 * The mail of one step for one contact. Its identity comes from execution and step alone, so every try is
 * the same mail. Throws TemplateError.
 */
export function makeLetter(from: {
  readonly template: Template
  readonly contact: Contact
  readonly to: string
  readonly facts: Facts
  readonly tools: DecideTools & EffectTools
}): Letter {
  const { template, contact, to, facts, tools } = from
  const { projectId } = facts.execution
  const links = {
    unsubscribeUrl: tools.links.unsubscribe(projectId, contact.id),
    subscribeUrl: tools.links.subscribe(projectId, contact.id),
    manageUrl: tools.links.manage(projectId, contact.id),
  }
  const scope = mailScope(liquidScope(facts), contact.email, links)
  const { subject, body, text } = renderMail(template, scope, tools.renderer)
  const sender = template.from === '' ? tools.mailFrom : template.from
  const mail = {
    messageId: `<${facts.execution.id}.${tools.step.id}@${domainOf(tools.mailFrom)}>`,
    to,
    from: sender,
    fromName: template.fromName,
    replyTo: template.replyTo,
    subject,
    html: tracked(body, facts, tools, Object.values(links)),
    text,
    headers: template.type === 'MARKETING' ? unsubscribeHeaders(links.unsubscribeUrl) : {},
  }
  return { id: messageRecordId(facts.execution.id, tools.step.id), contact, mail }
}

/** The links that say who wants which mails lead straight to their pages. */
function tracked(
  html: string,
  { execution }: Facts,
  { tracking, step }: DecideTools & EffectTools,
  untracked: readonly string[],
): string {
  if (tracking === null) return html
  const mail = { projectId: execution.projectId, executionId: execution.id, stepId: step.id }
  return tracking.rewrite(html, mail, untracked)
}

/** RFC 8058: mail programs unsubscribe with one POST, without showing a page. */
function unsubscribeHeaders(url: string): Readonly<Record<string, string>> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).replace(/[^A-Za-z0-9.-]/g, '') || 'localhost'
}

/** The row of `GET /messages` that says what became of the letter. */
export function recordOf(
  { id, contact, mail }: Letter,
  { execution, now }: Facts,
  change: Pick<MessageRecord, 'status' | 'reason'> & Partial<Pick<MessageRecord, 'captured'>>,
): MessageRecord {
  return {
    id,
    projectId: execution.projectId,
    contactId: contact.id,
    executionId: execution.id,
    to: mail.to,
    subject: mail.subject,
    status: change.status,
    reason: change.reason,
    messageId: mail.messageId,
    captured: change.captured ?? null,
    createdAt: now,
  }
}
