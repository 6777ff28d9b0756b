import { type Standing, standingBehind } from '../../src/engine/outputs.js'
import { owing } from '../../src/engine/owing.js'
import { type PlannedDocument as Planned, writeChanges } from '../../src/store/applyChanges.js'
import type { Change } from '../../src/workflow/change.js'
import type { DueExecution, Execution } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import { announceSteps } from './announceSteps.js'
import { announceEnded } from './emit.js'
import { noteChanges } from './trace.js'

export type PlannedDocument = Planned<Execution | DueExecution>

/**
 * Applies changes to documents at hand; answers where those stand that this write moved, and counts. No open
 * message stands behind such a change, so what it owes is stored with it.
 */
export async function applyToDocuments(
  deps: Pick<EngineDeps, 'executions' | 'announcer' | 'lifecycleFacts' | 'tracing'>,
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Standing[]> {
  const made = await writeChanges(deps.executions, withOwed(deps, planned), by)
  if (made.length < planned.length) {
    deps.announcer.announce('cas.missed', { topic: 'documents', count: planned.length - made.length })
  }
  const standings = made.map(({ execution, change }) => standingBehind(execution, change))
  announceEnded(deps, standings)
  announceSteps(
    deps,
    null,
    made.map(({ change }) => change),
  )
  noteChanges(deps, made)
  return standings
}

/**
 * Its fact where nothing would send it again, and the events that an earlier transition has not sent yet. Changes
 * that were shared stay so.
 */
function withOwed(
  { lifecycleFacts }: Pick<EngineDeps, 'lifecycleFacts'>,
  planned: readonly PlannedDocument[],
): PlannedDocument[] {
  const owingFacts = new Map<Change, Change>()
  return planned.map(({ execution, change }) => {
    const earlier = owing(execution, change.state).filter(({ kind }) => lifecycleFacts || kind !== 'fact')
    if (earlier.length === 0) return { execution, change }
    const isShared = earlier.every(({ kind }) => kind === 'fact')
    const known = isShared ? owingFacts.get(change) : undefined
    const owes = known ?? { ...change, owed: [...earlier, ...change.owed] }
    if (isShared) owingFacts.set(change, owes)
    return { execution, change: owes }
  })
}
