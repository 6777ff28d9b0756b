import { type Change, type Expectation, evolve } from '../workflow/change.js'
import type { Execution } from '../workflow/execution.js'
import { groupChanges } from '../workflow/groupChanges.js'
import type { Clock } from './ports/clock.js'
import type { ExecutionStore } from './ports/executions.js'

/** A change to a document at hand. */
export interface PlannedDocument {
  readonly execution: Execution
  readonly change: Change
}

/**
 * One grouped compare-and-set from the documents as they were read; answers those that this write moved, as they
 * are now. What another writer won is that writer's to send.
 */
export async function applyChanges(
  deps: { readonly executions: ExecutionStore; readonly clock: Clock },
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Execution[]> {
  if (planned.length === 0) return []
  const writes = planned.map(({ execution, change }) => ({
    id: execution.id,
    expect: expectationOf(execution),
    change,
  }))
  const matched = await deps.executions.transition(groupChanges(writes), by)
  if (matched !== planned.length) return movedByReading(deps.executions, planned, by)
  const now = deps.clock.now()
  return planned.map(({ execution, change }) => evolve(execution, change, by, now))
}

async function movedByReading(
  executions: ExecutionStore,
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Execution[]> {
  const seqs = new Map(planned.map(({ execution }) => [execution.id, execution.seq]))
  const documents = await executions.read([...seqs.keys()])
  return documents.filter(
    (document) => document.by === by && document.seq === (seqs.get(document.id) ?? -1) + 1,
  )
}

function expectationOf({ seq, workflowVersion, state }: Execution): Expectation {
  const place = { seq, workflowVersion, currentStepId: state.currentStepId ?? NOWHERE }
  if (state.status === 'WAITING') return { ...place, standing: 'waiting' }
  if (state.status === 'FAILED') return { ...place, standing: 'failed' }
  const lease = 'lease' in state ? state.lease : null
  return { ...place, standing: lease === null ? 'moving' : { token: lease.token } }
}

/** No document stands at it: a change of an execution without a current step never matches. */
const NOWHERE = '00000000-0000-0000-0000-000000000000' as Expectation['currentStepId']
