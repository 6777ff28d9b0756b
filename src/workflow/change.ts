import type { Execution, ExecutionState, HistoryEntry, Owed } from './execution.js'
import { isEnded } from './execution.js'
import type { ExecutionId, StepId } from './ids.js'
import type { JsonObject } from './json.js'

/** What a transition writes. Equal changes from an equal place are one grouped write. */
export interface Change {
  readonly state: ExecutionState
  /** The steps that were left, in order; none when the step goes on (claim, put-back). */
  readonly entries: readonly HistoryEntry[]
  /** A whole new context (a wait merged its event), or null: unchanged. */
  readonly context: JsonObject | null
  readonly owed: readonly Owed[]
  /** `retry` of a FAILED execution: the last history entry is taken back. */
  readonly reopen: boolean
  /** `migrate`: the version that the execution goes on with; null: unchanged. */
  readonly workflowVersion: number | null
}

/** The compare part of the compare-and-set; a document that differs in any of these is not written. */
export interface Expectation {
  readonly seq: number
  readonly currentStepId: StepId
  readonly workflowVersion: number
  /** 'moving': PENDING or RUNNING without a lease; 'waiting': WAITING; 'failed': FAILED; else the lease's token. */
  readonly standing: 'moving' | 'waiting' | 'active' | 'failed' | { readonly token: string }
}

export interface TransitionGroup {
  readonly ids: readonly ExecutionId[]
  readonly expect: Expectation
  readonly change: Change
}

/** Does the document stand where the change expects it? The same question that the database's filter asks. */
export function meets(execution: Execution, expect: Expectation): boolean {
  return (
    execution.seq === expect.seq &&
    execution.workflowVersion === expect.workflowVersion &&
    execution.state.currentStepId === expect.currentStepId &&
    standsAs(execution.state, expect.standing)
  )
}

function standsAs(state: ExecutionState, standing: Expectation['standing']): boolean {
  if (typeof standing !== 'string')
    return 'lease' in state && state.lease?.token === standing.token && !isEnded(state)
  switch (standing) {
    case 'moving':
      return (state.status === 'PENDING' || state.status === 'RUNNING') && state.lease === null
    case 'waiting':
      return state.status === 'WAITING'
    case 'active':
      return !isEnded(state)
    case 'failed':
      return state.status === 'FAILED'
    default:
      return standing satisfies never
  }
}

/** The document after the change; what every store must come to. */
export function evolve(execution: Execution, change: Change, by: string, now: Date): Execution {
  const kept = change.reopen ? execution.history.slice(0, -1) : execution.history
  return {
    ...execution,
    seq: execution.seq + 1,
    by,
    state: enteredOf(execution.state, change),
    context: change.context ?? execution.context,
    history: [...kept, ...change.entries],
    owed: change.owed,
    workflowVersion: change.workflowVersion ?? execution.workflowVersion,
    touches: 0,
    touchedAt: now,
  }
}

/** Does the execution stay on its step? Then the time it entered the step stays; a reopened step brings its own. */
export function staysOnStep(change: Change): boolean {
  return change.entries.length === 0 && !change.reopen
}

function enteredOf(before: ExecutionState, change: Change): ExecutionState {
  if (!staysOnStep(change) || before.enteredAt === null) return change.state
  return { ...change.state, enteredAt: before.enteredAt }
}

/** Must the sweeper look after this state? Moving without a lease, an unchecked wait, or something owed. */
export function isUnsettled(state: ExecutionState, owed: readonly Owed[]): boolean {
  if (owed.length > 0) return true
  if (state.status === 'WAITING') return state.wait?.checked === false
  return !isEnded(state) && state.lease === null
}
