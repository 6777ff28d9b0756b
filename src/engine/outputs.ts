import { asOfOf } from '../workflow/asOf.js'
import { isEnded } from '../workflow/execution.js'
import { laneOf } from '../workflow/lane.js'
import type { Outputs, StepDue, SystemEvent, Timer } from '../workflow/messages.js'
import type { StepKind } from '../workflow/step.js'
import { traceOf } from '../workflow/trace.js'
import { factOf } from './facts.js'
import type { Standing } from './standing.js'

export { type Standing, standingAfter, standingBehind, standingOf } from './standing.js'

export interface StepOutput {
  readonly kind: StepKind
  readonly due: StepDue
}

export function stepDueOf({ identity, seq, state, left }: Standing): StepOutput | null {
  if (isEnded(state) || state.status === 'WAITING' || state.lease !== null) return null
  const { id: executionId, projectId, workflowId, workflowVersion, contactId } = identity
  const { currentStepId: stepId, enteredAt, kind } = state
  return {
    kind,
    due: {
      v: 1,
      executionId,
      projectId,
      workflowId,
      workflowVersion,
      stepId,
      contactId,
      seq,
      enteredAt,
      ...traceOf(identity),
      ...laneOf(identity),
      ...asOfOf(left.at(-1)),
    },
  }
}

/**
 * For what waits. The end of a lease is many seconds off, and mostly never comes: the alarm clock finds it by
 * looking, as it finds what a lost Timer was to announce.
 */
export function timerOf({ identity, seq, state }: Standing): Timer | null {
  if (state.status !== 'WAITING' || state.dueAt === null) return null
  return { v: 1, executionId: identity.id, seq, dueAt: state.dueAt }
}

/** Facts are for those who read the lifecycle stream. */
interface Wanted {
  readonly facts: boolean
}

const EVERYTHING: Wanted = { facts: true }

/**
 * What the standings ask to be sent: their facts and the events that they owe, the next step of what moves, a
 * timer for what waits.
 */
export function outputsOf(standings: readonly Standing[], { facts }: Wanted = EVERYTHING): Outputs {
  return {
    facts: facts ? standings.flatMap((standing) => factOf(standing) ?? []) : [],
    events: standings.flatMap(owedEvents),
    steps: standings.flatMap((standing) => stepDueOf(standing) ?? []),
    timers: standings.flatMap((standing) => timerOf(standing) ?? []),
  }
}

function owedEvents({ owed }: Standing): SystemEvent[] {
  return owed.flatMap((one) => (one.kind === 'event' ? one.event : []))
}
