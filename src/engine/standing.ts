import type { Change } from '../workflow/change.js'
import type {
  Execution,
  ExecutionIdentity,
  ExecutionState,
  HistoryEntry,
  Owed,
} from '../workflow/execution.js'
import { laneOf } from '../workflow/lane.js'
import type { StepDue } from '../workflow/messages.js'
import { traceOf } from '../workflow/trace.js'

/** Where an execution stands: a document as it was read, or a message together with the change it made. */
export interface Standing {
  readonly identity: ExecutionIdentity
  readonly seq: number
  readonly state: ExecutionState
  /** The step that was left last, as far as it is known. */
  readonly last: HistoryEntry | null
  /** null: the document was not read. */
  readonly history: readonly HistoryEntry[] | null
  readonly owed: readonly Owed[]
}

export function standingOf(execution: Execution): Standing {
  const { seq, state, history, owed } = execution
  return { identity: execution, seq, state, last: history.at(-1) ?? null, history, owed }
}

/** The standing after `change` was written over the document that `message` described. */
export function standingAfter(message: StepDue, change: Change): Standing {
  const { executionId: id, projectId, workflowId, workflowVersion, contactId } = message
  const identity = {
    id,
    projectId,
    workflowId,
    contactId,
    workflowVersion: change.workflowVersion ?? workflowVersion,
    ...traceOf(message),
    ...laneOf(message),
  }
  const { state, entry: last, owed } = change
  return { identity, seq: message.seq + 1, state, last, history: null, owed }
}
