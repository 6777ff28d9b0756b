import type { Execution, ExecutionState, Moving, Waiting } from '../../src/workflow/execution.js'
import { isEnded } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { Write } from './ledger.js'
import type { World } from './world.js'

/** The log of transitions: without gap or fork, nothing behind an end, nothing before its time. */
export function checkLog({ ledger }: World): string[] {
  const problems: string[] = []
  for (const [id, writes] of groupBy(ledger.writes, ({ after }) => after.id)) {
    const [first, ...others] = writes
    if (first?.before !== undefined || first?.after.seq !== 0)
      problems.push(`${id} does not begin with seq 0`)
    for (const write of others) problems.push(...checkWrite(ledger.isTransition(write), write))
  }
  return problems
}

function checkWrite(isTransition: boolean, { before, after, at }: Write): string[] {
  if (before === undefined) return [`${after.id} was inserted twice`]
  if (!isTransition) return sameState(before, after)
  const what = `${after.id} seq ${before.seq} to ${after.seq}`
  const problems: string[] = []
  if (after.seq !== before.seq + 1) problems.push(`${what}: a gap`)
  if (isEnded(before.state) && !isRetry(before, after)) problems.push(`${what}: moved after its end`)
  const notBefore = earliest(before, after)
  if (notBefore !== null && at < notBefore) problems.push(`${what}: ${notBefore - at} ms early`)
  return problems
}

function sameState(before: Execution, after: Execution): string[] {
  const stands = ({ state: { status, currentStepId } }: Execution) => `${status} at ${currentStepId}`
  return stands(before) === stands(after) ? [] : [`${after.id}: moved without a transition`]
}

/** The API takes up what FAILED again, and nothing else. */
function isRetry(before: Execution, after: Execution): boolean {
  return before.state.status === 'FAILED' && after.state.status === 'RUNNING' && after.state.tries === 0
}

/** Before when this transition may not be: a wait may be left by its event, and anything by a cancel. */
function earliest({ state }: Execution, after: Execution): number | null {
  if (after.state.status === 'CANCELLED' || isEnded(state) || state.dueAt === null) return null
  const isFree = state.status === 'WAITING' ? isByEvent(state, after) : !isTakeover(state, after.state)
  return isFree ? null : state.dueAt.getTime()
}

function isByEvent({ wait, currentStepId }: Waiting, { history }: Execution): boolean {
  return wait !== null && history.find(({ stepId }) => stepId === currentStepId)?.branch === 'event'
}

/** A lost lease: the step runs again. Else the result came in, which may be at any time. */
function isTakeover(before: Moving, after: ExecutionState): boolean {
  return after.status === 'RUNNING' && after.currentStepId === before.currentStepId
}
