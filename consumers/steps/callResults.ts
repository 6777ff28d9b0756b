import { type Change, evolve } from '../../src/workflow/change.js'
import type { Execution, HistoryEntry } from '../../src/workflow/execution.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import { emit } from '../stepping/emit.js'
import { type PlacedExecution, placeExecutions } from '../stepping/placeExecutions.js'
import type { PlannedStep } from '../stepping/plan.js'
import { applyToDocuments } from '../stepping/writeDocuments.js'
import { createGatherer } from './gatherer.js'

/** What a call comes to: one transition, and the system events that it owes. */
export interface CallOutcome {
  readonly change: Change
  readonly events: readonly SystemEvent[]
}

/** Reads for calls and writes of their results, gathered for some milliseconds into one database call each. */
export interface CallResults {
  /** The claimed execution with all that its call may use; null when another write won meanwhile. */
  load(step: PlannedStep): Promise<PlacedExecution | null>
  record(execution: Execution, outcome: CallOutcome): Promise<void>
}

interface Result {
  readonly execution: Execution
  readonly outcome: CallOutcome
}

export function createCallResults(deps: EngineDeps): CallResults {
  const loads = createGatherer<ExecutionId, Execution | null>((ids) => readAll(deps, ids))
  const places = createGatherer<Execution, PlacedExecution | null>((list) => placeAll(deps, list))
  const records = createGatherer<Result, undefined>((results) => recordAll(deps, results))
  return {
    load: async (step) => {
      const execution = await loads.add(step.id)
      return execution === null || execution.seq !== step.due.seq + 1 ? null : places.add(execution)
    },
    record: async (execution, outcome) => {
      await records.add({ execution, outcome })
    },
  }
}

async function readAll(deps: EngineDeps, ids: readonly ExecutionId[]): Promise<(Execution | null)[]> {
  const found = new Map((await deps.executions.read(ids)).map((execution) => [execution.id, execution]))
  return ids.map((id) => found.get(id) ?? null)
}

async function placeAll(
  deps: EngineDeps,
  executions: readonly Execution[],
): Promise<(PlacedExecution | null)[]> {
  const { placed } = await placeExecutions(deps, executions)
  const found = new Map(placed.map((one) => [one.execution.id, one]))
  return executions.map(({ id }) => found.get(id) ?? null)
}

/** Result CAS by seq and token; what it owes is stored with it and cleared after the produce. */
async function recordAll(deps: EngineDeps, results: readonly Result[]): Promise<undefined[]> {
  const by = deps.newId()
  const planned = results.map(({ execution, outcome }) => ({ execution, change: withOwed(outcome) }))
  const standings = await applyToDocuments(deps, planned, by)
  const moved = new Set(standings.map(({ identity }) => identity.id))
  const sent = results.filter(({ execution }) => moved.has(execution.id))
  await emit(
    deps,
    standings,
    sent.flatMap(({ outcome }) => outcome.events),
  )
  const owing = sent.filter(({ outcome }) => outcome.events.length > 0)
  await deps.executions.clearOwed(
    owing.map(({ execution }) => ({ id: execution.id, seq: execution.seq + 1 })),
  )
  await noteLate(
    deps,
    planned.filter(({ execution }) => !moved.has(execution.id)),
  )
  return results.map(() => undefined)
}

function withOwed({ change, events }: CallOutcome): Change {
  return { ...change, owed: events.map((event) => ({ kind: 'event', event }) as const) }
}

/** Results that came too late: a cancelled execution keeps the token and gets a note, others are discarded. */
async function noteLate(
  deps: EngineDeps,
  late: readonly { execution: Execution; change: Change }[],
): Promise<void> {
  for (const { execution, change } of late) {
    const entry = lateEntry(execution, change)
    const lease = 'lease' in execution.state ? execution.state.lease : null
    const noted =
      entry !== null &&
      lease !== null &&
      (await deps.executions.noteLateResult(execution.id, lease.token, entry))
    if (!noted)
      deps.announcer.announce('messages.dropped', { topic: 'results', reason: 'late_result', count: 1 })
  }
}

function lateEntry(execution: Execution, change: Change): HistoryEntry | null {
  return change.entry ?? evolve(execution, change, '', execution.touchedAt).history.at(-1) ?? null
}
