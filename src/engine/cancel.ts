import type { Change } from '../workflow/change.js'
import { type Execution, isEnded } from '../workflow/execution.js'
import { changeTo, ended } from './advance.js'
import { owing } from './owing.js'

/**
 * The end by somebody's wish, at the step where the execution stands; null when it has ended already. A call under
 * way keeps its token, so that its result is noted in the history and moves nothing.
 */
export function cancel(
  execution: Pick<Execution, 'state' | 'owed'>,
  reason: string,
  now: Date,
): Change | null {
  const { state } = execution
  if (isEnded(state)) return null
  const { currentStepId, kind, enteredAt, tries } = state
  const lease = state.status === 'WAITING' ? null : state.lease
  const cancelled = { ...ended('CANCELLED', now, reason), currentStepId, kind, enteredAt, lease, tries }
  return { ...changeTo(cancelled, []), owed: owing(execution, cancelled) }
}
