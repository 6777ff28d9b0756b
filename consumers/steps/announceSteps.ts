import type { Standing } from '../../src/engine/outputs.js'
import type { ExecutionState } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedStep } from '../stepping/plan.js'

type AnnounceDeps = Pick<EngineDeps, 'announcer' | 'clock'>

/** Steps that were handled, by where their executions stand then: one announcement an outcome, not a step. */
export function announceSteps(
  { announcer }: AnnounceDeps,
  kind: string,
  standings: readonly Standing[],
): void {
  const counts = new Map<string, number>()
  for (const { state } of standings) {
    const outcome = outcomeOf(state)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  for (const [outcome, count] of counts) announcer.announce('steps.handled', { kind, outcome, count })
}

function outcomeOf(state: ExecutionState): string {
  switch (state.status) {
    case 'PENDING':
    case 'RUNNING':
      return state.lease === null ? 'moved' : 'claimed'
    default:
      return state.status.toLowerCase()
  }
}

/** How long each step took from when it was entered: queueing and handling. */
export function announceTimes(
  { announcer, clock }: AnnounceDeps,
  kind: string,
  handled: readonly PlannedStep[],
): void {
  const now = clock.now().getTime()
  const ms = handled.map(({ due }) => Math.max(0, now - due.enteredAt.getTime()))
  if (ms.length > 0) announcer.announce('steps.timed', { kind, ms })
}
