import type { ContactId, ProjectId } from '../../workflow/ids.js'

/** Ends what a contact that is being erased is in. May be called again: what ended stays as it is. */
export interface ContactExecutions {
  /** Cancels every active execution of the contact with this exit reason and empties what is personal in all. */
  cancelForContact(projectId: ProjectId, contactId: ContactId, reason: string): Promise<void>
}

/** A store that keeps something about contacts and can forget one. */
export interface Forgetful {
  forget(projectId: ProjectId, contactId: ContactId): Promise<void>
}

/** Retention of executions. */
export interface ExecutionTrimmer {
  /** Removes those that ended before; answers how many. Any number of processes may do it at once. */
  trim(before: Date): Promise<number>
}
