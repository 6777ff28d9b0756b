import type { ContactId, ExecutionId, ProjectId, WorkflowId } from '../../workflow/ids.js'

/** "This contact went into this workflow by this execution": made before the execution, outlives it. */
export interface Entry {
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly contactId: ContactId
  readonly executionId: ExecutionId
  readonly at: Date
}

/**
 * Younger: its execution may be about to be written. Older: its execution may have been there and be gone again.
 */
export const TAKE_OVER_AGE_MS = { from: 15 * 60_000, to: 30 * 86_400_000 }

/** No older than this: executions may be kept for less, and who was in once must not go in again. */
export function oldestTakeOverMs(executionRetentionMs: number): number {
  return Math.min(TAKE_OVER_AGE_MS.to, executionRetentionMs)
}

export interface EntryStore {
  /** For each entry that is there, the execution it names; nothing is written. */
  named(entries: readonly Entry[]): Promise<ReadonlyMap<ExecutionId, ExecutionId>>
  /** Inserts those that are missing; answers, for each that was there, the execution it names. */
  claim(entries: readonly Entry[]): Promise<ReadonlyMap<ExecutionId, ExecutionId>>
  /**
   * An entry whose execution never came to be goes to the new execution by CAS; false: it has gone to another, or
   * its age at `entry.at` lies outside `TAKE_OVER_AGE_MS`.
   */
  takeOver(entry: Entry, from: ExecutionId): Promise<boolean>
}
