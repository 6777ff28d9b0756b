import { type Ended, type HistoryEntry, isEnded, type Moving, type Waiting } from '../workflow/execution.js'
import type { ExecutionFact, FactType, LeftStep } from '../workflow/messages.js'
import type { StepType } from '../workflow/step.js'
import type { Standing } from './standing.js'

/**
 * The fact that a standing stands for: the same from the document as from the change that made it, so that a
 * repeat is equal. A claim of an outside call is none.
 */
export function factOf(standing: Standing): ExecutionFact | null {
  const { identity, seq, state } = standing
  const { id: executionId, projectId, workflowId, workflowVersion, contactId } = identity
  const ids = { v: 1, executionId, projectId, workflowId, workflowVersion, contactId, seq } as const
  if (isEnded(state)) return { ...ids, ...endOf(state), passed: [], path: pathOf(standing.history ?? []) }
  const type = typeOf(standing, state)
  if (type === null) return null
  const passed = stepsLeft(standing, type).map(leftOf)
  const left = passed.pop() ?? null
  const at = state.status === 'WAITING' && state.hold !== null ? state.hold.since : state.enteredAt
  const open = { exitReason: null, error: null, path: null }
  return { ...ids, type, status: state.status, stepId: state.currentStepId, passed, left, at, ...open }
}

type EndOfFact = Pick<ExecutionFact, 'type' | 'status' | 'stepId' | 'left' | 'at' | 'exitReason' | 'error'>

function endOf({ status, currentStepId: stepId, completedAt: at, exitReason, error }: Ended): EndOfFact {
  return { type: status, status, stepId, left: null, at, exitReason, error: error?.message ?? null }
}

const WAITING_KINDS: ReadonlySet<StepType | undefined> = new Set(['DELAY', 'WAIT_FOR_EVENT'])

function typeOf({ seq, left }: Standing, state: Moving | Waiting): FactType | null {
  if (state.status === 'WAITING') return 'WAITING'
  if (state.lease !== null) return null
  if (seq === 0) return 'STARTED'
  return state.tries > 0 || WAITING_KINDS.has(left[0]?.type) ? 'RESUMED' : 'STEP_COMPLETED'
}

/** Those on the way here; none where the step runs again. The TRIGGER is no step that was left: it started. */
function stepsLeft({ state, left }: Standing, type: FactType): readonly HistoryEntry[] {
  if (type === 'STARTED') return left.slice(1)
  return type === 'STEP_COMPLETED' || (type === 'RESUMED' && state.tries === 0) ? left : []
}

function leftOf({ stepId, key: stepKey, branch, status }: HistoryEntry): LeftStep {
  return { stepId, stepKey, branch, status }
}

/** Every step that was left; each was entered when the one before it was left. */
function pathOf(history: readonly HistoryEntry[]): NonNullable<ExecutionFact['path']> {
  let entered: Date | null = null
  return history.map(({ key, branch, at, status }) => {
    const step = [key, branch, (entered ?? at).getTime(), at.getTime(), status] as const
    entered = at
    return step
  })
}
