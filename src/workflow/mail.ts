import type { ContactId, ExecutionId, MessageId, ProjectId, TemplateId } from './ids.js'

/** An e-mail template as it is stored. */
export interface Template {
  readonly id: TemplateId
  readonly projectId: ProjectId
  readonly name: string
  readonly subject: string
  readonly body: string
  readonly text: string | null
  readonly from: string
  readonly fromName: string | null
  readonly replyTo: string | null
  readonly type: 'TRANSACTIONAL' | 'MARKETING'
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One e-mail as `GET /messages` shows it; `id` is derived from `executionId:stepId`. */
export interface MessageRecord {
  readonly id: MessageId
  readonly projectId: ProjectId
  readonly contactId: ContactId
  readonly executionId: ExecutionId
  readonly to: string
  readonly subject: string
  readonly status: 'QUEUED' | 'SENT' | 'FAILED' | 'SKIPPED'
  readonly reason: string | null
  readonly messageId: string
  /** Kept only while no SMTP server is configured (the development mailbox). */
  readonly captured: { readonly html: string; readonly text: string } | null
  readonly createdAt: Date
}
