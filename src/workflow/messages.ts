import type { AsOf } from './asOf.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from './ids.js'
import type { JsonObject } from './json.js'
import type { Laned } from './lane.js'
import type { StepKind } from './step.js'
import type { Traced } from './trace.js'

/** "This execution's step can run": ids only, never contact data. Its topic tells its lane. */
export interface StepDue extends Traced, AsOf, Laned {
  readonly v: 1
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly workflowVersion: number
  readonly stepId: StepId
  readonly contactId: ContactId
  readonly seq: number
  readonly enteredAt: Date
}

/** "Look at this execution at `dueAt`"; losing one costs seconds, the document is the truth. */
export interface Timer {
  readonly v: 1
  readonly executionId: ExecutionId
  readonly seq: number
  readonly dueAt: Date
}

/** What a fact says has happened, in a word. */
export type FactType =
  | 'STARTED'
  | 'STEP_COMPLETED'
  | 'WAITING'
  | 'RESUMED'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'

/** The step that was left when an execution moved on. */
export interface LeftStep {
  readonly stepId: StepId
  readonly stepKey: string
  readonly branch: string | null
  readonly status: string
}

/** A lifecycle fact of one execution, for anybody who listens on the `executions` topic. */
export interface ExecutionFact {
  readonly v: 1
  /** A FactType; a reader may meet newer ones. */
  readonly type: string
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly workflowVersion: number
  readonly contactId: ContactId
  readonly seq: number
  readonly status: string
  readonly stepId: StepId | null
  /** Steps that were left before `left` in the same transition, in order. */
  readonly passed: readonly LeftStep[]
  readonly left: LeftStep | null
  readonly at: Date
  readonly exitReason: string | null
  readonly error: string | null
  /** Only on the fact that ends the execution: `[[stepKey, branch, enteredAt, leftAt, status]]`, times in ms. */
  readonly path: readonly (readonly [string, string | null, number, number, string])[] | null
}

/** What could not be handled: bytes, reason, place. */
export interface DeadLetter {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly reason: string
  readonly message: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly headers: Readonly<Record<string, string>>
}

/** A parked message that goes back to where it came from. */
export interface Redriven {
  readonly topic: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

/** An event that the engine itself publishes (subscription changes, e-mail events). */
export interface SystemEvent {
  readonly eventId: string
  readonly projectId: ProjectId
  readonly contactId: ContactId
  readonly email: string
  readonly name: string
  readonly data: JsonObject
  readonly occurredAt: Date
  readonly cause: { readonly executionId: ExecutionId; readonly depth: number } | null
}

/** All that a batch sends. Facts and events are acknowledged before the steps that follow them go out. */
export interface Outputs {
  readonly facts: readonly ExecutionFact[]
  readonly events: readonly SystemEvent[]
  readonly steps: readonly { readonly kind: StepKind; readonly due: StepDue }[]
  readonly timers: readonly Timer[]
}
