import type { Standing } from '../../src/engine/outputs.js'
import { isRetriable } from '../../src/errors.js'
import { createGatherer } from '../../src/store/gatherer.js'
import { pauseFor } from '../../src/store/scheduling.js'
import type { Change } from '../../src/workflow/change.js'
import type { Execution, Lease } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import { emit } from '../stepping/emit.js'
import { type PlacedExecution, placeExecutions } from '../stepping/placeExecutions.js'
import type { PlannedStep } from '../stepping/plan.js'
import { applyToDocuments } from '../stepping/writeDocuments.js'
import type { CallOutcome } from './callOutcome.js'

/** A step whose claim was written, and its document as the claim left it. */
export interface Claim {
  readonly step: PlannedStep
  readonly execution: Execution
}

/** Reads for calls and writes of their results, gathered for some milliseconds into one database call each. */
export interface CallResults {
  /** The claimed execution with all that its call may use; the contact as it is now. Null: it has no definition. */
  load(execution: Execution): Promise<PlacedExecution | null>
  record(execution: Execution, outcome: CallOutcome): Promise<void>
}

interface Result {
  readonly execution: Execution
  readonly outcome: CallOutcome
}

export function createCallResults(deps: EngineDeps): CallResults {
  const places = createGatherer<Execution, PlacedExecution | null>(
    (list) => placeAll(deps, list),
    deps.scheduler,
  )
  const records = createGatherer<Result, undefined>((results) => recordAll(deps, results), deps.scheduler)
  return {
    load: places.add,
    record: (execution, outcome) => records.add({ execution, outcome }),
  }
}

async function placeAll(
  deps: EngineDeps,
  executions: readonly Execution[],
): Promise<(PlacedExecution | null)[]> {
  const { placed } = await placeExecutions(deps, executions)
  const found = new Map(placed.map((one) => [one.execution.id, one]))
  return executions.map(({ id }) => found.get(id) ?? null)
}

/**
 * Result CAS by seq and token; what it owes is stored with it and cleared after the produce. A database that is
 * away is waited for as long as a lease holds: a result that is lost is a call made twice.
 */
async function recordAll(deps: EngineDeps, results: readonly Result[]): Promise<undefined[]> {
  const by = deps.newId()
  const planned = results.map(({ execution, outcome }) => ({ execution, change: withOwed(outcome) }))
  const leases = results.flatMap(({ execution }) => leaseOf(execution)?.until.getTime() ?? [])
  const standings = await whileAway(deps, Math.max(...leases, 0), () => applyToDocuments(deps, planned, by))
  const moved = new Set(standings.map(({ identity }) => identity.id))
  await tell(deps, standings)
  await noteLate(
    deps,
    results.filter(({ execution }) => !moved.has(execution.id)),
  )
  return results.map(() => undefined)
}

/** What cannot be sent now is stored or follows from the documents: the sweeper sends it. */
async function tell(deps: EngineDeps, standings: readonly Standing[]): Promise<void> {
  try {
    await emit(deps, standings)
  } catch (error) {
    deps.announcer.announce('failure', { where: 'sending results of calls', error })
  }
}

const LOOK_AGAIN_MS = 500

/** Tries again while the same call may succeed later, until that time. */
async function whileAway<T>(deps: EngineDeps, untilMs: number, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isRetriable(error) || deps.clock.now().getTime() >= untilMs) throw error
      deps.announcer.announce('failure', { where: 'recording results of calls', error })
    }
    await pauseFor(deps.scheduler, LOOK_AGAIN_MS)
  }
}

function leaseOf({ state }: Execution): Lease | null {
  return 'lease' in state ? state.lease : null
}

function withOwed({ change, events }: CallOutcome): Change {
  return { ...change, owed: events.map((event) => ({ kind: 'event', event }) as const) }
}

/** Results that came too late: a cancelled execution keeps the token and gets a note, others are discarded. */
async function noteLate(deps: EngineDeps, late: readonly Result[]): Promise<void> {
  for (const { execution, outcome } of late) {
    const { note } = outcome
    const lease = leaseOf(execution)
    const noted =
      note !== null &&
      lease !== null &&
      (await deps.executions.noteLateResult(execution.id, lease.token, note))
    if (!noted)
      deps.announcer.announce('messages.dropped', { topic: 'results', reason: 'late_result', count: 1 })
  }
}
