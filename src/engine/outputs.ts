import type { Change } from '../workflow/change.js'
import {
  type Execution,
  type ExecutionIdentity,
  type ExecutionState,
  isEnded,
} from '../workflow/execution.js'
import type { Outputs, StepDue, Timer } from '../workflow/messages.js'
import type { StepKind } from '../workflow/step.js'

/** Where an execution stands: a document as it was read, or a message together with the change it made. */
export interface Standing {
  readonly identity: ExecutionIdentity
  readonly seq: number
  readonly state: ExecutionState
}

export function standingOf(execution: Execution): Standing {
  return { identity: execution, seq: execution.seq, state: execution.state }
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
  }
  return { identity, seq: message.seq + 1, state: change.state }
}

export interface StepOutput {
  readonly kind: StepKind
  readonly due: StepDue
}

export function stepDueOf({ identity, seq, state }: Standing): StepOutput | null {
  if (isEnded(state) || state.status === 'WAITING' || state.lease !== null) return null
  const { id: executionId, projectId, workflowId, workflowVersion, contactId } = identity
  const { currentStepId: stepId, enteredAt, kind } = state
  return {
    kind,
    due: { v: 1, executionId, projectId, workflowId, workflowVersion, stepId, contactId, seq, enteredAt },
  }
}

export function timerOf({ identity, seq, state }: Standing): Timer | null {
  if (isEnded(state) || state.dueAt === null) return null
  return { v: 1, executionId: identity.id, seq, dueAt: state.dueAt }
}

/** What the standings ask to be sent: the next step of what moves, a timer for what waits or is leased. */
export function outputsOf(standings: readonly Standing[]): Outputs {
  const steps: StepOutput[] = []
  const timers: Timer[] = []
  for (const standing of standings) {
    const step = stepDueOf(standing)
    if (step !== null) steps.push(step)
    const timer = timerOf(standing)
    if (timer !== null) timers.push(timer)
  }
  return { facts: [], events: [], steps, timers }
}
