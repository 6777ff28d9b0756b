import type { Outcome } from '../steps/definition.js'
import { asOfOf } from '../workflow/asOf.js'
import type { Change } from '../workflow/change.js'
import type { Ended, ExecutionState, Failure, HistoryEntry, Lease, Moving } from '../workflow/execution.js'
import type { Step, StepKind } from '../workflow/step.js'
import type { CompiledStep } from './compile.js'
import { entryOf, type Left, leftAt, leftBy } from './leftSteps.js'
import { type Way, type Whereabouts, wayFrom } from './way.js'

export interface Place extends Whereabouts {
  readonly at: CompiledStep
  /** Tries of the current effect so far. */
  readonly tries: number
  /** The token that a claim of this batch writes. */
  readonly token: string
}

/** Added to a call's time limit: a claim outlives its call by this much. */
export const LEASE_MARGIN_MS = 30_000

/** How it leaves was asked for. */
type Leaving = Extract<Outcome, { readonly type: 'done' | 'skipped' | 'updateContact' }>

/** The only place that chooses what follows an outcome. `way`: from here, where it was looked for already. */
export function advance(place: Place, outcome: Outcome, way: Way | null = null): Change {
  const left = leftBy(outcome, place.facts)
  if (left !== null) return leave(place, left, way)
  switch (outcome.type) {
    case 'exit':
      return changeTo(ended('COMPLETED', leftAt(place.facts), outcome.reason), [
        entryOf(place, { status: 'COMPLETED', branch: null }),
      ])
    case 'sleep':
      return park(place, outcome.until)
    case 'wait':
      return wait(place, outcome)
    case 'call':
      return claim(place, outcome.timeoutMs)
    case 'fail':
      return fail(place, outcome.error)
    default:
      return fail(place, {
        code: 'STEP_THREW',
        message: `no step can say ${(outcome satisfies Leaving).type}`,
      })
  }
}

/** The step is left by `branch`: on to the next step, or COMPLETED where nothing follows. */
export function leave(place: Place, left: Left, looked: Way | null = null): Change {
  const way = looked ?? wayFrom(place, place.at.outgoing, left)
  if (way.type === 'fault') return fail(place, { code: 'RULE_FAILED', message: way.message })
  if (way.type === 'missing') return fail(place, missingStep(way.stepId))
  return goOn(place, way, entryOf(place, left))
}

/** On by this way, from the step of `entry`. */
export function goOn(
  from: Omit<Place, 'at'>,
  way: Extract<Way, { readonly type: 'end' | 'step' }>,
  entry: HistoryEntry,
): Change {
  const enteredAt = leftAt(from.facts)
  if (way.type === 'end') return changeTo(ended('COMPLETED', enteredAt, null), [entry])
  const { target, chained } = way
  if (chained === null) return changeTo(moving(target.step, enteredAt), [entry])
  const facts = { ...from.facts, enteredAt, ...asOfOf(entry) }
  const place = { ...from, at: target, facts, tries: 0, chained: (from.chained ?? 0) + 1 }
  const change = advance(place, chained.outcome, chained.way)
  return { ...change, entries: [entry, ...change.entries] }
}

/** The step failed for good: the execution stops here, and `retry` may take it up again. */
export function fail(place: Place, error: Failure, more: Partial<HistoryEntry> = {}): Change {
  const { step } = place.at
  const entry = { ...entryOf(place, { branch: null, status: 'FAILED' }), ...more, error }
  return changeTo(
    { ...ended('FAILED', leftAt(place.facts), null), currentStepId: step.id, kind: step.type, error },
    [entry],
  )
}

/** The step runs again: a back-off is over, a slot may be free, or a lease was lost. */
export function runAgain(step: Step & { readonly type: StepKind }, enteredAt: Date, tries: number): Change {
  return changeTo({ ...moving(step, enteredAt), tries }, [])
}

/** Put back until `dueAt`; `reason` retry has used up a try, host_slots has not. */
export function putBack(
  place: Place,
  hold: {
    readonly reason: 'host_slots' | 'retry'
    readonly key: string | null
    readonly dueAt: Date
    readonly tries: number
  },
): Change {
  const { reason, key, dueAt, tries } = hold
  const state = waiting(place, dueAt, tries)
  return changeTo({ ...state, hold: { reason, key, since: place.facts.now } }, [])
}

function park(place: Place, until: Date): Change {
  return changeTo(waiting(place, until, 0), [])
}

function wait(place: Place, outcome: Extract<Outcome, { type: 'wait' }>): Change {
  const { names, since, until } = outcome
  return changeTo({ ...waiting(place, until, 0), wait: { names, since, checked: false } }, [])
}

function waiting(place: Place, dueAt: Date | null, tries: number) {
  const { step } = place.at
  const base = {
    status: 'WAITING',
    currentStepId: step.id,
    kind: step.type,
    enteredAt: place.facts.enteredAt,
  } as const
  return { ...base, dueAt, wait: null, hold: null, tries }
}

function claim(place: Place, timeoutMs: number): Change {
  const until = new Date(place.facts.now.getTime() + timeoutMs + LEASE_MARGIN_MS)
  const lease: Lease = { token: place.token, until }
  const state = moving(place.at.step, place.facts.enteredAt)
  return changeTo({ ...state, lease, dueAt: until, tries: place.tries + 1 }, [])
}

export function moving(step: Step & { readonly type: StepKind }, enteredAt: Date): Moving {
  return {
    status: 'RUNNING',
    currentStepId: step.id,
    kind: step.type,
    enteredAt,
    dueAt: null,
    lease: null,
    tries: 0,
  }
}

export function ended(status: Ended['status'], completedAt: Date, exitReason: string | null): Ended {
  const gone = { currentStepId: null, kind: null, enteredAt: null, error: null, lease: null, tries: 0 }
  return { ...gone, status, completedAt, exitReason }
}

export function changeTo(state: ExecutionState, entries: readonly HistoryEntry[]): Change {
  return { state, entries, context: null, owed: [], reopen: false, workflowVersion: null }
}

function missingStep(stepId: string): Failure {
  return { code: 'STEP_MISSING', message: `transition leads to step ${stepId}, which is not in this version` }
}
