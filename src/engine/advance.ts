import type { Facts, Outcome } from '../steps/definition.js'
import { asOfBehind } from '../workflow/asOf.js'
import type { Change } from '../workflow/change.js'
import type { Ended, ExecutionState, Failure, HistoryEntry, Lease, Moving } from '../workflow/execution.js'
import type { JsonValue } from '../workflow/json.js'
import type { Step, StepKind } from '../workflow/step.js'
import type { Compiled, CompiledStep } from './compile.js'
import { chooseNext } from './next.js'

/** Outputs of a step in history: 16 KiB, the rest is cut. */
export const MAX_OUTPUT_BYTES = 16 * 1024

export interface Place {
  readonly compiled: Compiled
  readonly at: CompiledStep
  readonly facts: Facts
  /** Tries of the current effect so far. */
  readonly tries: number
  /** The token that a claim of this batch writes. */
  readonly token: string
}

/** Added to a call's time limit: a claim outlives its call by this much. */
export const LEASE_MARGIN_MS = 30_000

/** The only place that chooses what follows an outcome. */
export function advance(place: Place, outcome: Outcome): Change {
  switch (outcome.type) {
    case 'done':
      return leave(place, { ...outcome, status: 'COMPLETED' })
    case 'skipped':
      return leave(place, { branch: outcome.branch, reason: outcome.reason, status: 'SKIPPED' })
    case 'updateContact':
      return leave(place, { branch: null, status: 'COMPLETED' })
    case 'exit':
      return changeTo(
        ended('COMPLETED', leftAt(place.facts), outcome.reason),
        entryOf(place, { status: 'COMPLETED', branch: null }),
      )
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

/**
 * When a step is left. Processes know MongoDB's time to some milliseconds: whoever leaves a step may be that much
 * behind who entered it, and no step is left before it was entered.
 */
export function leftAt({ now, enteredAt }: Pick<Facts, 'now' | 'enteredAt'>): Date {
  return now >= enteredAt ? now : enteredAt
}

export interface Left {
  readonly branch: string | null
  readonly status: 'COMPLETED' | 'SKIPPED'
  readonly reason?: string
  readonly output?: JsonValue
  readonly values?: HistoryEntry['values']
  readonly event?: HistoryEntry['event']
  readonly attempts?: number
  /** Its due time, or the time of the awaited event; absent: the step took no time that counts. */
  readonly over?: Date | null
}

/** The step is left by `branch`: on to the next step, or COMPLETED where nothing follows. */
export function leave(place: Place, left: Left): Change {
  const next = chooseNext(place.at.outgoing, left.branch, place.facts)
  if (next.type === 'fault') return fail(place, { code: 'RULE_FAILED', message: next.message })
  const entry = entryOf(place, left)
  if (next.type === 'end') return changeTo(ended('COMPLETED', leftAt(place.facts), null), entry)
  const target = place.compiled.steps.get(next.stepId)
  if (target === undefined) return fail(place, missingStep(next.stepId))
  return changeTo(moving(target.step, leftAt(place.facts)), entry)
}

/** The step failed for good: the execution stops here, and `retry` may take it up again. */
export function fail(place: Place, error: Failure, more: Partial<HistoryEntry> = {}): Change {
  const { step } = place.at
  const entry = { ...entryOf(place, { branch: null, status: 'FAILED' }), ...more, error }
  return changeTo(
    { ...ended('FAILED', leftAt(place.facts), null), currentStepId: step.id, kind: step.type, error },
    entry,
  )
}

/** The step runs again: a back-off is over, a slot may be free, or a lease was lost. */
export function runAgain(step: Step & { readonly type: StepKind }, enteredAt: Date, tries: number): Change {
  return changeTo({ ...moving(step, enteredAt), tries }, null)
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
  return changeTo({ ...state, hold: { reason, key, since: place.facts.now } }, null)
}

function park(place: Place, until: Date): Change {
  return changeTo(waiting(place, until, 0), null)
}

function wait(place: Place, outcome: Extract<Outcome, { type: 'wait' }>): Change {
  const { names, since, until } = outcome
  return changeTo({ ...waiting(place, until, 0), wait: { names, since, checked: false } }, null)
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
  return changeTo({ ...state, lease, dueAt: until, tries: place.tries + 1 }, null)
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

export function changeTo(state: ExecutionState, entry: HistoryEntry | null): Change {
  return { state, entry, context: null, owed: [], reopen: false, workflowVersion: null }
}

function entryOf(
  place: Place,
  left: Omit<Left, 'status'> & { readonly status: HistoryEntry['status'] },
): HistoryEntry {
  const { step } = place.at
  const { output, over, ...rest } = left
  const { facts } = place
  const named = { stepId: step.id, key: step.key, type: step.type, name: step.name, at: leftAt(facts) }
  const counted = asOfBehind(facts, over)
  return {
    ...named,
    ...counted,
    ...defined(rest),
    ...(output === undefined ? {} : { output: cutOutput(output) }),
  }
}

type LeftRest = Omit<Left, 'status' | 'output' | 'over'> & { readonly status: HistoryEntry['status'] }
type Kept = Pick<HistoryEntry, 'branch' | 'status' | 'reason' | 'attempts'> &
  Partial<Pick<Required<HistoryEntry>, 'values' | 'event'>>

/** Only what an entry keeps: an outcome's own `type` and absent values stay out. */
function defined({ branch, status, reason, values, event, attempts }: LeftRest): Kept {
  const kept: Record<string, unknown> = { branch, status }
  for (const [key, value] of Object.entries({ reason, values, event, attempts }))
    if (value !== undefined) kept[key] = value
  return kept as unknown as Kept
}

export function cutOutput(output: JsonValue): JsonValue {
  const text = JSON.stringify(output)
  if (Buffer.byteLength(text) <= MAX_OUTPUT_BYTES) return output
  return { truncated: true, preview: text.slice(0, MAX_OUTPUT_BYTES / 4) }
}

function missingStep(stepId: string): Failure {
  return { code: 'STEP_MISSING', message: `transition leads to step ${stepId}, which is not in this version` }
}
