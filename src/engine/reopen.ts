import type { Change } from '../workflow/change.js'
import type { Execution, Moving } from '../workflow/execution.js'
import { changeTo } from './advance.js'
import { owing } from './owing.js'

/**
 * A FAILED execution goes on from the step that failed: its entry in the history, if it left one, is taken back
 * and its tries start anew; the step counts as entered when it was. Null: not FAILED, or it failed at no step.
 */
export function reopen(execution: Execution): Change | null {
  const { state, history, startedAt } = execution
  if (state.status !== 'FAILED' || state.currentStepId === null || state.kind === null) return null
  const last = history.at(-1)
  const failed = last?.status === 'FAILED' && last.stepId === state.currentStepId
  const before = failed ? history.at(-2) : last
  const { currentStepId, kind } = state
  const enteredAt = state.enteredAt ?? before?.at ?? startedAt
  const moving: Moving = {
    status: 'RUNNING',
    currentStepId,
    kind,
    enteredAt,
    dueAt: null,
    lease: null,
    tries: 0,
  }
  return { ...changeTo(moving, []), owed: owing(execution, moving), reopen: failed }
}
