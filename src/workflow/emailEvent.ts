import type { ContactEvent } from './contactEvent.js'
import { derivedId, type ExecutionId, type MessageId, type ProjectId, parseId, type StepId } from './ids.js'
import type { JsonObject } from './json.js'
import type { MessageRecord } from './mail.js'

/** What can become of a mail, as a provider tells it. */
export const EMAIL_EVENT_TYPES = ['delivered', 'opened', 'clicked', 'bounced', 'complained'] as const
export type EmailEventType = (typeof EMAIL_EVENT_TYPES)[number]

/** Other words for the same, as providers use them. */
export const EMAIL_EVENT_ALIASES = {
  delivery: 'delivered',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  complaint: 'complained',
} as const satisfies Readonly<Record<string, EmailEventType>>

/** "This became of that mail." The mail is named by the Message-ID that it was sent with. */
export interface EmailEvent {
  readonly v: 1
  readonly projectId: ProjectId
  readonly type: EmailEventType
  readonly messageId: string
  /** Names the report, so that a repeat counts once; null: made of what it says. */
  readonly eventId: string | null
  readonly data: JsonObject
  /** Null: when it is told. */
  readonly occurredAt: Date | null
}

/** The type of a word, in any case and with or without `email.`; null for another. */
export function emailEventType(text: string): EmailEventType | null {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/^email\./, '')
  const known = EMAIL_EVENT_TYPES.find((type) => type === word)
  return known ?? new Map<string, EmailEventType>(Object.entries(EMAIL_EVENT_ALIASES)).get(word) ?? null
}

/** A mail's row in `messages`: the same on every try. */
export function messageRecordId(executionId: ExecutionId, stepId: StepId): MessageId {
  return derivedId<MessageId>(['message', executionId, stepId])
}

/** The row of the mail with this Message-ID, with or without its brackets; null: it is none of ours. */
export function recordOfMessageId(messageId: string): MessageId | null {
  const [, execution = '', step = ''] =
    /^<?([0-9a-f-]{36})\.([0-9a-f-]{36})@[^@\s<>]+>?$/i.exec(messageId.trim()) ?? []
  const executionId = parseId<ExecutionId>(execution)
  const stepId = parseId<StepId>(step)
  return executionId === null || stepId === null ? null : messageRecordId(executionId, stepId)
}

/** The event that workflows wait for. Who calls a mail spam is not written to again. */
export function emailContactEvent(
  event: EmailEvent,
  message: Pick<MessageRecord, 'id' | 'contactId' | 'executionId' | 'messageId'>,
  { email, now }: { readonly email: string; readonly now: Date },
): ContactEvent {
  const { type, projectId, data, occurredAt } = event
  const told = [type, message.id, occurredAt?.getTime() ?? null, data['url'] ?? null]
  return {
    v: 1,
    eventId: event.eventId ?? derivedId(['email', ...told]),
    projectId,
    name: `email.${type}`,
    email,
    contactId: message.contactId,
    data: { ...data, messageId: message.messageId, executionId: message.executionId },
    subscribed: type === 'complained' ? false : null,
    occurredAt: occurredAt ?? now,
    cause: null,
  }
}
