import { type Standing, standingOf } from '../../src/engine/outputs.js'
import { type Change, evolve, type Expectation } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import { announceEnded } from './emit.js'
import { groupChanges } from './grouping.js'

/** A change to a document at hand. */
export interface PlannedDocument {
  readonly execution: Execution
  readonly change: Change
}

/**
 * One grouped compare-and-set from the documents as they were read; answers where those stand that this write
 * moved. What another writer won is that writer's to send.
 */
export async function applyToDocuments(
  deps: Pick<EngineDeps, 'executions' | 'clock' | 'announcer'>,
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Standing[]> {
  if (planned.length === 0) return []
  const writes = planned.map(({ execution, change }) => ({ id: execution.id, expect: expectationOf(execution), change }))
  const matched = await deps.executions.transition(groupChanges(writes), by)
  const standings = matched === planned.length ? standingsOf(deps, planned, by) : await standingsByReading(deps, planned, by)
  announceEnded(deps, standings)
  return standings
}

function standingsOf(deps: Pick<EngineDeps, 'clock'>, planned: readonly PlannedDocument[], by: string): Standing[] {
  const now = deps.clock.now()
  return planned.map(({ execution, change }) => standingOf(evolve(execution, change, by, now)))
}

async function standingsByReading(
  deps: Pick<EngineDeps, 'executions' | 'announcer'>,
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Standing[]> {
  const seqs = new Map(planned.map(({ execution }) => [execution.id, execution.seq]))
  const documents = await deps.executions.read([...seqs.keys()])
  const ours = documents.filter((document) => document.by === by && document.seq === (seqs.get(document.id) ?? -1) + 1)
  deps.announcer.announce('cas.missed', { topic: 'documents', count: planned.length - ours.length })
  return ours.map(standingOf)
}

function expectationOf({ seq, workflowVersion, state }: Execution): Expectation {
  const place = { seq, workflowVersion, currentStepId: state.currentStepId ?? NOWHERE }
  if (state.status === 'WAITING') return { ...place, standing: 'waiting' }
  const lease = 'lease' in state ? state.lease : null
  return { ...place, standing: lease === null ? 'moving' : { token: lease.token } }
}

/** No document stands at it: a change of an execution without a current step never matches. */
const NOWHERE = '00000000-0000-0000-0000-000000000000' as Expectation['currentStepId']
