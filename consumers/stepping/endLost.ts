import { changeTo, ended } from '../../src/engine/advance.js'
import { cancel } from '../../src/engine/cancel.js'
import type { Change } from '../../src/workflow/change.js'
import type { DueExecution, Execution } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedDocument } from './writeDocuments.js'

type LostDeps = Pick<EngineDeps, 'cache' | 'clock' | 'definitions'>

/** The ends of executions that nothing can move: their workflow, its definition or their step is gone. */
export async function endsOfLost(
  deps: LostDeps,
  lost: readonly (Execution | DueExecution)[],
): Promise<PlannedDocument[]> {
  if (lost.length === 0) return []
  const deleted = await deps.definitions.deleted([...new Set(lost.map(({ workflowId }) => workflowId))])
  const now = deps.clock.now()
  return lost.flatMap((execution) => {
    const change = deleted.has(execution.workflowId)
      ? cancel(execution, 'Workflow deleted', now)
      : failed(execution, whyLost(deps, execution), now)
    // What it owes is added where documents are written.
    return change === null ? [] : [{ execution, change: { ...change, owed: [] } }]
  })
}

function whyLost({ cache }: LostDeps, { workflowId, workflowVersion: version, state }: DueExecution): string {
  const fault = cache.faultOf({ workflowId, version })
  const definition = `version ${version} of workflow ${workflowId}`
  if (fault !== null) return `${definition} cannot be used: ${fault}`
  const there = cache.get({ workflowId, version }) !== undefined
  return there ? `step ${state.currentStepId} is not in ${definition}` : `${definition} does not exist`
}

function failed(execution: Pick<Execution, 'state'>, message: string, now: Date): Change {
  const { currentStepId, kind, enteredAt } = execution.state
  const error = { code: 'DEFINITION_MISSING', message }
  const state = { ...ended('FAILED', now, null), currentStepId, kind, enteredAt, error }
  return changeTo(state, [])
}
