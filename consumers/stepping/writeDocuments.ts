import { type Standing, standingOf } from '../../src/engine/outputs.js'
import { applyChanges, type PlannedDocument } from '../../src/store/applyChanges.js'
import type { EngineDeps } from '../deps.js'
import { announceEnded } from './emit.js'

export type { PlannedDocument }

/** Applies changes to documents at hand; answers where those stand that this write moved, and counts. */
export async function applyToDocuments(
  deps: Pick<EngineDeps, 'executions' | 'clock' | 'announcer'>,
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Standing[]> {
  const moved = await applyChanges(deps, planned, by)
  if (moved.length < planned.length) {
    deps.announcer.announce('cas.missed', { topic: 'documents', count: planned.length - moved.length })
  }
  const standings = moved.map(standingOf)
  announceEnded(deps, standings)
  return standings
}
