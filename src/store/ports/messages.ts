import type { ContactId, ExecutionId, MessageId, ProjectId } from '../../workflow/ids.js'
import type { MessageRecord } from '../../workflow/mail.js'
import type { Forgetful } from './erasure.js'

export interface MessagePlace {
  readonly createdAt: Date
  readonly id: MessageId
}

export interface MessageQuery {
  readonly contactId: ContactId | null
  readonly executionId: ExecutionId | null
  readonly after: MessagePlace | null
  readonly limit: number
}

export interface MessageStore extends Forgetful {
  /** Inserts or replaces by id, each at most once a call; `createdAt` stays that of the first. */
  save(records: readonly MessageRecord[]): Promise<void>
  /** Those that are there, in any order. */
  find(projectId: ProjectId, ids: readonly MessageId[]): Promise<MessageRecord[]>
  /** Newest first. */
  list(
    projectId: ProjectId,
    query: MessageQuery,
  ): Promise<{ readonly messages: readonly MessageRecord[]; readonly next: MessagePlace | null }>
}
