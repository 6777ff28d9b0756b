import { type Change, evolve } from '../workflow/change.js'
import type {
  DueExecution,
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
  /** The steps that the last transition left, as far as they are known; behind a claim, those of the one before. */
  readonly left: readonly HistoryEntry[]
  /** null: the document was not read. */
  readonly history: readonly HistoryEntry[] | null
  readonly owed: readonly Owed[]
}

export function standingOf(execution: Execution): Standing {
  const { seq, state, history, owed } = execution
  return { identity: execution, seq, state, left: lastLeft(history), history, owed }
}

/** The standing after `change` was written over a document; of one that is due the history is not known. */
export function standingBehind(document: Execution | DueExecution, change: Change): Standing {
  if ('history' in document) return standingOf(evolve(document, change, document.by, document.touchedAt))
  const { state, entries: left, owed, workflowVersion } = change
  const identity = workflowVersion === null ? document : { ...document, workflowVersion }
  return { identity, seq: document.seq + 1, state, left, history: null, owed }
}

/** The last entry, and what it is chained to. */
function lastLeft(history: readonly HistoryEntry[]): HistoryEntry[] {
  const first = history.findLastIndex(({ chained }) => chained !== true)
  return history.slice(Math.max(first, 0))
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
  const { state, entries: left, owed } = change
  return { identity, seq: message.seq + 1, state, left, history: null, owed }
}
