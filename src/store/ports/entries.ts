import type { ContactId, ExecutionId, ProjectId, WorkflowId } from '../../workflow/ids.js'

/** "This contact went into this workflow by this execution": made before the execution, outlives it. */
export interface Entry {
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly contactId: ContactId
  readonly executionId: ExecutionId
  readonly at: Date
}

export interface EntryStore {
  /** Inserts those that are missing; answers, for each that was there, the execution it names. */
  claim(entries: readonly Entry[]): Promise<ReadonlyMap<ExecutionId, ExecutionId>>
  /** An entry whose execution never came to be (older than the grace) goes to the new execution by CAS. */
  takeOver(entry: Entry, from: ExecutionId): Promise<boolean>
}
