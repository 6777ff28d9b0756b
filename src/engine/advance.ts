import type { Facts, Outcome } from '../steps/definition.js'
import { asOfOf } from '../workflow/asOf.js'
import type { Change } from '../workflow/change.js'
import type { Ended, ExecutionState, Failure, HistoryEntry, Lease, Moving } from '../workflow/execution.js'
import type { Step, StepKind } from '../workflow/step.js'
import type { Compiled, CompiledStep } from './compile.js'
import { pass } from './decide.js'
import { entryOf, type Left, leftAt } from './leftSteps.js'
import { chooseNext } from './next.js'

export interface Place {
  readonly compiled: Compiled
  readonly at: CompiledStep
  readonly facts: Facts
  /** Tries of the current effect so far. */
  readonly tries: number
  /** The token that a claim of this batch writes. */
  readonly token: string
  /** Steps that were chained before this one in the same transition. */
  readonly chained?: number
  /** The facts hold all that the execution's document would. */
  readonly whole?: true
}

/** Added to a call's time limit: a claim outlives its call by this much. */
export const LEASE_MARGIN_MS = 30_000

/** The only place that chooses what follows an outcome. */
export function advance(place: Place, outcome: Outcome): Change {
  switch (outcome.type) {
    case 'done':
      return leave(place, { ...outcome, status: 'COMPLETED', current: true })
    case 'skipped':
      return leave(place, {
        branch: outcome.branch,
        reason: outcome.reason,
        status: 'SKIPPED',
        current: true,
      })
    // Where what follows looks at the contact, the place's is the one that the update left.
    case 'updateContact':
      return leave(place, { branch: null, status: 'COMPLETED', current: true })
    case 'exit':
      return changeTo(ended('COMPLETED', leftAt(place.facts), outcome.reason), [
        entryOf(place, { status: 'COMPLETED', branch: null }),
      ])
    case 'sleep':
      return outcome.until <= place.facts.now
        ? leave(place, { branch: null, status: 'COMPLETED', over: outcome.until })
        : park(place, outcome.until)
    case 'wait':
      return wait(place, outcome)
    case 'call':
      return claim(place, outcome.timeoutMs)
    case 'fail':
      return fail(place, outcome.error)
    default:
      return outcome satisfies never
  }
}

/** The step is left by `branch`: on to the next step, or COMPLETED where nothing follows. */
export function leave(place: Place, left: Left): Change {
  const next = chooseNext(place.at.outgoing, left.branch, place.facts)
  if (next.type === 'fault') return fail(place, { code: 'RULE_FAILED', message: next.message })
  const entry = entryOf(place, left)
  if (next.type === 'end') return changeTo(ended('COMPLETED', leftAt(place.facts), null), [entry])
  const target = place.compiled.steps.get(next.stepId)
  if (target === undefined) return fail(place, missingStep(next.stepId))
  return goOn(place, target, entry, left.current === true ? place.facts.contact : null)
}

/** More steps than this in one transition would keep a batch from its other messages. */
const MAX_CHAINED = 16

/**
 * On to the step that follows: it is decided in the same transition where all that it looks at is at hand, else it
 * gets a message of its own. `contact`: as it is now; null where that is not known.
 */
export function goOn(
  place: Omit<Place, 'at'>,
  target: CompiledStep,
  entry: HistoryEntry,
  contact: Facts['contact'],
): Change {
  const { chained = 0, whole = false } = place
  const enteredAt = leftAt(place.facts)
  const facts = { ...place.facts, enteredAt, ...asOfOf(entry), contact }
  const outcome = chained < MAX_CHAINED ? pass(target, facts, whole) : null
  if (outcome === null) return changeTo(moving(target.step, enteredAt), [entry])
  const change = advance({ ...place, at: target, facts, tries: 0, chained: chained + 1 }, outcome)
  return { ...change, entries: [entry, ...change.entries.map((one) => ({ ...one, chained: true }) as const)] }
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
