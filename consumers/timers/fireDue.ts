import { resumeDue } from '../../src/engine/resume.js'
import { SharedChanges } from '../../src/engine/sharedChanges.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { EngineDeps } from '../deps.js'
import { emit } from '../stepping/emit.js'
import { endsOfLost } from '../stepping/endLost.js'
import { lookBack } from '../stepping/lookBack.js'
import { placeExecutions } from '../stepping/placeExecutions.js'
import { applyToDocuments, type PlannedDocument } from '../stepping/writeDocuments.js'

/**
 * Moves one page of what is due. A wait gets one more look-back before its timeout; whatever was read leaves
 * the due set, also when its definition is gone.
 */
export async function fireDue(deps: EngineDeps, due: readonly Execution[]): Promise<void> {
  if (due.length === 0) return
  const by = deps.newId()
  const isWait = ({ state }: Execution) => state.status === 'WAITING' && state.wait !== null
  const looked = await lookBack(deps, due.filter(isWait), by)
  const unanswered = new Set(looked.unanswered)
  const timedOut = due.filter((execution) => !isWait(execution) || unanswered.has(execution))
  const { placed, lost } = await placeExecutions(deps, timedOut)
  const now = deps.clock.now()
  const shared = new SharedChanges()
  const planned = placed.flatMap((place): PlannedDocument[] => {
    const change = resumeDue({ ...place, facts: { ...place.facts, now } }, place.execution, shared)
    return change === null ? [] : [{ execution: place.execution, change }]
  })
  const ending = await endsOfLost(deps, lost)
  const moved = await applyToDocuments(deps, [...planned, ...ending], by)
  await emit(deps, [...looked.resumed, ...moved])
  announce(deps, due, now)
}

function announce(deps: EngineDeps, due: readonly Execution[], now: Date): void {
  for (const [kind, list] of groupBy(due, ({ state }) => state.kind ?? 'none')) {
    const ms = list.map((execution) => now.getTime() - dueMs(execution, now))
    const latestMs = ms.reduce((latest, one) => Math.max(latest, one), 0)
    deps.announcer.announce('timers.fired', { kind, count: list.length, latestMs })
    deps.announcer.announce('timers.timed', { kind, ms })
  }
}

/** When it could be taken first: a due time that counts from a past event may have been over when it was written. */
function dueMs({ state, history, touchedAt }: Execution, now: Date): number {
  const { dueAt } = { dueAt: null, ...state }
  if (dueAt === null) return now.getTime()
  return history.at(-1)?.asOf === undefined ? dueAt.getTime() : Math.max(dueAt.getTime(), touchedAt.getTime())
}
