import type { Execution, ExecutionState, Owed } from '../workflow/execution.js'
import { isEnded } from '../workflow/execution.js'

const FACT: Owed = { kind: 'fact' }

/**
 * What a transition stores that no open message stands behind: its fact where nothing would send it again (the
 * execution ended or waits), and the events that an earlier transition has not been able to send yet.
 */
export function owing(execution: Pick<Execution, 'owed'>, state: ExecutionState): readonly Owed[] {
  const events = execution.owed.filter(({ kind }) => kind === 'event')
  return isEnded(state) || state.status === 'WAITING' ? [...events, FACT] : events
}
