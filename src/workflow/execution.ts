import { type AsOf, asOfOf } from './asOf.js'
import type { Order } from './contactEvent.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from './ids.js'
import type { JsonObject, JsonValue } from './json.js'
import { type Lane, type Laned, laneOf } from './lane.js'
import type { SystemEvent } from './messages.js'
import type { StepKind, StepType } from './step.js'
import { type Traced, traceOf } from './trace.js'

export type ActiveStatus = 'PENDING' | 'RUNNING' | 'WAITING'
export type EndedStatus = 'COMPLETED' | 'CANCELLED' | 'FAILED'
export type ExecutionStatus = ActiveStatus | EndedStatus
export const ACTIVE_STATUSES = ['PENDING', 'RUNNING', 'WAITING'] as const satisfies readonly ActiveStatus[]
export const EXECUTION_STATUSES = [...ACTIVE_STATUSES, 'COMPLETED', 'CANCELLED', 'FAILED'] as const

/** What started the execution; with project, workflow and contact it makes the execution's id. */
export type Origin =
  | readonly ['event', string]
  | readonly ['manual', string]
  | readonly ['replay', string, string]

/** The right to make one outside call; a result counts only with this token. */
export interface Lease {
  readonly token: string
  readonly until: Date
}

/** A WAIT_FOR_EVENT under way. `checked` false: recorded events were not looked at yet. */
export interface Wait {
  readonly names: readonly string[]
  readonly since: 'step' | 'start'
  readonly checked: boolean
}

/** Put back: between two tries, or until a slot for the host is free. */
export interface Hold {
  readonly reason: 'host_slots' | 'retry'
  readonly key: string | null
  readonly since: Date
}

export interface Failure {
  readonly code: string
  readonly message: string
}

/**
 * One step that was left. It was entered when the entry before it was left (`at`); `asOf` is when it counts as left,
 * for the due times behind it.
 */
export interface HistoryEntry extends AsOf {
  readonly stepId: StepId
  readonly key: string
  readonly type: StepType
  readonly name: string
  readonly branch: string | null
  readonly status: 'COMPLETED' | 'FAILED' | 'SKIPPED' | 'CANCELLED'
  readonly at: Date
  readonly attempts?: number
  readonly reason?: string
  /** Why the step failed. */
  readonly error?: Failure
  /** Cut at 16 KiB; later steps read it as `steps.<stepId>.output`. */
  readonly output?: JsonValue
  /** Short values that a branch was decided on. */
  readonly values?: JsonObject
  /** The step was decided in the transition that left the step before it. */
  readonly chained?: true
  /** The events that this step used up: the trigger's, or the awaited one. */
  readonly event?: { readonly eventId: string; readonly name: string }
}

export interface Moving {
  readonly status: 'PENDING' | 'RUNNING'
  readonly currentStepId: StepId
  readonly kind: StepKind
  readonly enteredAt: Date
  /** With a lease: when it ends. */
  readonly dueAt: Date | null
  readonly lease: Lease | null
  /** Tries of the current effect so far. */
  readonly tries: number
}

export interface Waiting {
  readonly status: 'WAITING'
  readonly currentStepId: StepId
  readonly kind: StepKind
  readonly enteredAt: Date
  /** null: for ever (a wait without a timeout). */
  readonly dueAt: Date | null
  readonly wait: Wait | null
  readonly hold: Hold | null
  readonly tries: number
}

export interface Ended {
  readonly status: EndedStatus
  /** Where it stopped: kept for FAILED and CANCELLED, null once COMPLETED. */
  readonly currentStepId: StepId | null
  readonly kind: StepKind | null
  readonly enteredAt: Date | null
  readonly completedAt: Date
  readonly exitReason: string | null
  readonly error: Failure | null
  /** A call that was under way when it was cancelled: its result is only noted. */
  readonly lease: Lease | null
  readonly tries: number
}

/** The part of an execution that transitions write, whole, every time. */
export type ExecutionState = Moving | Waiting | Ended

/** Something that a write promised to Kafka and that is cleared only after the produce. */
export type Owed = { readonly kind: 'fact' } | { readonly kind: 'event'; readonly event: SystemEvent }

export interface ExecutionIdentity extends Traced, Laned {
  readonly id: ExecutionId
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly workflowVersion: number
  readonly contactId: ContactId
}

export interface Execution extends ExecutionIdentity {
  readonly origin: Origin
  readonly mode: 'live'
  readonly effects: 'send' | 'skip'
  readonly lane: Lane
  /** Moves by one with every transition; the condition of each. */
  readonly seq: number
  /** Who made the last transition: a batch's random id, kept while the batch is tried again. */
  readonly by: string
  readonly state: ExecutionState
  readonly context: JsonObject
  readonly history: readonly HistoryEntry[]
  readonly owed: readonly Owed[]
  /** Where the trigger event stands among the contact's events; null when started by hand. */
  readonly triggerOrder: Order | null
  readonly keyHash: number
  /** Causes in a row that led here: an event caused by this execution carries one more. */
  readonly depth: number
  /** Times that the sweeper emitted again at this `seq`. */
  readonly touches: number
  readonly touchedAt: Date
  readonly startedAt: Date
}

/** Where an execution stands, by what a step is judged that needs nothing else of it. */
export type Position = Pick<
  Execution,
  'id' | 'workflowVersion' | 'seq' | 'by' | 'state' | 'owed' | 'depth' | 'touchedAt' | 'startedAt'
>

/** An execution that is due, without what weighs most of it; most are moved by no more. */
export interface DueExecution extends Position, ExecutionIdentity, AsOf {}

/** `asOf`: of the step that it left last. */
export function dueOf(execution: Execution): DueExecution {
  const { id, projectId, workflowId, workflowVersion, contactId, history, ...more } = execution
  const { seq, by, state, owed, depth, touchedAt, startedAt } = more
  const identity = { id, projectId, workflowId, workflowVersion, contactId }
  const position = { seq, by, state, owed, depth, touchedAt, startedAt }
  return { ...identity, ...position, ...laneOf(execution), ...traceOf(execution), ...asOfOf(history.at(-1)) }
}

/** When the alarm clock rings for it; null: never, as for what has ended. */
export function dueAtOf(state: ExecutionState): Date | null {
  return isEnded(state) ? null : state.dueAt
}

export function isEnded(state: ExecutionState): state is Ended {
  return state.status === 'COMPLETED' || state.status === 'CANCELLED' || state.status === 'FAILED'
}
