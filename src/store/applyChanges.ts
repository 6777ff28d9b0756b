import { type Change, type Expectation, evolve } from '../workflow/change.js'
import type { Execution } from '../workflow/execution.js'
import { groupChanges } from '../workflow/groupChanges.js'
import type { Clock } from './ports/clock.js'
import type { ExecutionStore } from './ports/executions.js'

/** As much of a document as tells where it stood when it was read. */
type Seen = Pick<Execution, 'id' | 'seq' | 'workflowVersion' | 'state'>

/** A change to a document at hand. */
export interface PlannedDocument<Document extends Seen = Execution> {
  readonly execution: Document
  readonly change: Change
}

/** As `writeChanges`; answers those that this write moved as they are now. */
export async function applyChanges(
  { executions, clock }: { readonly executions: ExecutionStore; readonly clock: Clock },
  planned: readonly PlannedDocument[],
  by: string,
): Promise<Execution[]> {
  const made = await writeChanges(executions, planned, by)
  const now = clock.now()
  return made.map(({ execution, change }) => evolve(execution, change, by, now))
}

/**
 * One grouped compare-and-set from the documents as they were read; answers what this write did. What another
 * writer won is that writer's to send.
 */
export async function writeChanges<Document extends Seen>(
  executions: Pick<ExecutionStore, 'transition' | 'readPositions'>,
  planned: readonly PlannedDocument<Document>[],
  by: string,
): Promise<readonly PlannedDocument<Document>[]> {
  if (planned.length === 0) return []
  const writes = planned.map(({ execution, change }) => ({
    id: execution.id,
    expect: expectationOf(execution),
    change,
  }))
  const matched = await executions.transition(groupChanges(writes), by)
  if (matched === planned.length) return planned
  const positions = await executions.readPositions(planned.map(({ execution }) => execution.id))
  const moved = new Map(positions.map((position) => [position.id, position]))
  return planned.filter(({ execution }) => {
    const position = moved.get(execution.id)
    return position?.by === by && position.seq === execution.seq + 1
  })
}

function expectationOf({ seq, workflowVersion, state }: Seen): Expectation {
  const place = { seq, workflowVersion, currentStepId: state.currentStepId ?? NOWHERE }
  if (state.status === 'WAITING') return { ...place, standing: 'waiting' }
  if (state.status === 'FAILED') return { ...place, standing: 'failed' }
  const lease = 'lease' in state ? state.lease : null
  return { ...place, standing: lease === null ? 'moving' : { token: lease.token } }
}

/** No document stands at it: a change of an execution without a current step never matches. */
const NOWHERE = '00000000-0000-0000-0000-000000000000' as Expectation['currentStepId']
