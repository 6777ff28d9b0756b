import type { ExecutionRow, StepName } from '../store/ports/executionDirectory.js'
import {
  type Ended,
  type Execution,
  type ExecutionState,
  type Failure,
  type HistoryEntry,
  isEnded,
} from '../workflow/execution.js'
import type { StepId } from '../workflow/ids.js'
import type { JsonValue } from '../workflow/json.js'

export type StepNames = ReadonlyMap<StepId, StepName>

/** An execution as the API answers with it. */
export function showExecution(execution: ExecutionRow) {
  const { id, workflowId, workflowVersion, contactId, context, state, startedAt, touchedAt } = execution
  const { status, currentStepId } = state
  const end = isEnded(state) ? state : NO_END
  const { exitReason, error, completedAt } = end
  const resumeAt = state.status === 'WAITING' ? state.dueAt : null
  return {
    ...{ id, workflowId, workflowVersion, contactId, status, currentStepId, exitReason, error, context },
    ...{ resumeAt, startedAt, completedAt, createdAt: startedAt, updatedAt: touchedAt },
  }
}

const NO_END = { exitReason: null, error: null, completedAt: null }

/** With whom it is about and where it stands; the address is null once the contact was erased. */
export function showExecutionRow(execution: ExecutionRow, email: string | undefined, names: StepNames) {
  const { contactId, state } = execution
  const contact = { id: contactId, email: email ?? null }
  const { currentStepId } = state
  const currentStep = currentStepId === null ? null : (names.get(currentStepId) ?? null)
  return { ...showExecution(execution), contact, currentStep }
}

interface StepExecution {
  readonly stepId: StepId
  readonly step: { readonly name: string; readonly type: HistoryEntry['type'] }
  readonly status: 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED'
  readonly branch: string | null
  readonly attempts: number
  readonly startedAt: Date
  readonly completedAt: Date | null
  readonly output: JsonValue
  readonly error: Failure | null
}

/** Every step in the order in which it was entered, the one where the execution stands last. */
export function stepExecutions(execution: Execution, names: StepNames): StepExecution[] {
  const { history, state, startedAt } = execution
  const left = history.map((entry, index) => leftStep(entry, history[index - 1]?.at ?? startedAt))
  const { currentStepId, kind } = state
  const isOpen = currentStepId !== null && kind !== null && left.at(-1)?.stepId !== currentStepId
  if (!isOpen) return left
  const name = names.get(currentStepId)?.name ?? ''
  const place = { stepId: currentStepId, step: { name, type: kind }, branch: null, output: null }
  return [...left, { ...place, startedAt: history.at(-1)?.at ?? startedAt, ...standing(state) }]
}

/** What was skipped or called off has no status of its own here: output or error says so. */
function leftStep(entry: HistoryEntry, startedAt: Date): StepExecution {
  const { stepId, name, type, branch, attempts = 1, at: completedAt, reason = null } = entry
  const common = { stepId, step: { name, type }, branch, attempts, startedAt, completedAt }
  const { output = null, error = null } = entry
  switch (entry.status) {
    case 'COMPLETED':
    case 'FAILED':
      return { ...common, status: entry.status, output, error }
    case 'SKIPPED':
      return { ...common, status: 'COMPLETED', output: output ?? { skipped: true, reason }, error }
    case 'CANCELLED':
      return { ...common, status: 'FAILED', output, error: error ?? cancelled(reason) }
    default:
      return entry.status satisfies never
  }
}

type Standing = Pick<StepExecution, 'status' | 'attempts' | 'completedAt' | 'error'>

function standing(state: ExecutionState): Standing {
  if (isEnded(state)) return stopped(state)
  const { tries } = state
  if (state.status !== 'WAITING')
    return { status: 'RUNNING', attempts: tries, completedAt: null, error: null }
  // What was put back has its tries; a DELAY or a wait ran once.
  return { status: 'WAITING', attempts: state.hold === null ? 1 : tries, completedAt: null, error: null }
}

function stopped({ tries, completedAt, status, error, exitReason }: Ended): Standing {
  const why = status === 'CANCELLED' ? cancelled(exitReason) : error
  return { status: 'FAILED', attempts: tries, completedAt, error: why }
}

function cancelled(reason: string | null): Failure {
  return { code: 'CANCELLED', message: reason ?? 'Cancelled' }
}
