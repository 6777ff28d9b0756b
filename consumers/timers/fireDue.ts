import { needsDocument, resumeDue } from '../../src/engine/resume.js'
import { SharedChanges } from '../../src/engine/sharedChanges.js'
import { type DueExecution, dueAtOf, type Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { EngineDeps } from '../deps.js'
import { emit } from '../stepping/emit.js'
import { endsOfLost } from '../stepping/endLost.js'
import { lookBack } from '../stepping/lookBack.js'
import { keyOf, placeExecutions } from '../stepping/placeExecutions.js'
import { applyToDocuments, type PlannedDocument } from '../stepping/writeDocuments.js'

/**
 * Moves one page of what is due. A wait gets one more look-back before its timeout; whatever was read leaves
 * the due set, also when its definition is gone.
 */
export async function fireDue(deps: EngineDeps, due: readonly DueExecution[]): Promise<void> {
  if (due.length === 0) return
  const by = deps.newId()
  const { light, documents } = await withDocuments(deps, due)
  const looked = await lookBack(deps, documents.filter(isWait), by)
  const unanswered = new Set(looked.unanswered)
  const timedOut = documents.filter((execution) => !isWait(execution) || unanswered.has(execution))
  const { placed, lost } = await placeExecutions(deps, [...light, ...timedOut])
  const now = deps.clock.now()
  const shared = new SharedChanges()
  const planned = placed.flatMap((place): PlannedDocument[] => {
    const change = resumeDue(place, place.execution, shared)
    return change === null ? [] : [{ execution: place.execution, change }]
  })
  const ending = await endsOfLost(deps, lost)
  const moved = await applyToDocuments(deps, [...planned, ...ending], by)
  await emit(deps, [...looked.resumed, ...moved])
  announce(deps, due, now)
}

function isWait({ state }: Execution): boolean {
  return state.status === 'WAITING' && state.wait !== null
}

interface Due {
  readonly light: readonly DueExecution[]
  readonly documents: readonly Execution[]
}

/** Reads those that are moved by what they hold; what somebody else has moved meanwhile is not due any more. */
async function withDocuments(deps: EngineDeps, due: readonly DueExecution[]): Promise<Due> {
  await deps.cache.load(due.map(keyOf))
  const seqs = new Map(due.filter((one) => isHeavy(deps, one)).map(({ id, seq }) => [id, seq]))
  if (seqs.size === 0) return { light: due, documents: [] }
  const read = await deps.executions.read([...seqs.keys()])
  return {
    light: due.filter(({ id }) => !seqs.has(id)),
    documents: read.filter(({ id, seq }) => seq === seqs.get(id)),
  }
}

function isHeavy({ cache }: EngineDeps, execution: DueExecution): boolean {
  const { currentStepId } = execution.state
  const at = currentStepId === null ? undefined : cache.get(keyOf(execution))?.steps.get(currentStepId)
  return at !== undefined && needsDocument(execution, at)
}

function announce(deps: EngineDeps, due: readonly DueExecution[], now: Date): void {
  for (const [kind, list] of groupBy(due, ({ state }) => state.kind ?? 'none')) {
    const ms = list.map((execution) => now.getTime() - dueMs(execution, now))
    const latestMs = ms.reduce((latest, one) => Math.max(latest, one), 0)
    deps.announcer.announce('timers.fired', { kind, count: list.length, latestMs })
    deps.announcer.announce('timers.timed', { kind, ms })
  }
}

/** When it could be taken first: a due time that counts from a past event may have been over when it was written. */
function dueMs({ state, asOf, touchedAt }: DueExecution, now: Date): number {
  const dueAt = dueAtOf(state)
  if (dueAt === null) return now.getTime()
  return asOf === undefined ? dueAt.getTime() : Math.max(dueAt.getTime(), touchedAt.getTime())
}
