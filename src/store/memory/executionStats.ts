import type { Execution } from '../../workflow/execution.js'
import type { ExecutionId } from '../../workflow/ids.js'
import { addPath, emptyTally, numbersOf } from '../pathTally.js'
import type { ExecutionStats } from '../ports/executionStats.js'

/** The memory twin: counts anew every time. */
export function createMemoryExecutionStats(table: ReadonlyMap<ExecutionId, Execution>): ExecutionStats {
  return {
    of: async (projectId, workflowId) => {
      const tally = emptyTally()
      for (const { state, history: way, ...one } of table.values()) {
        if (one.projectId !== projectId || one.workflowId !== workflowId) continue
        addPath(tally, { status: state.status, at: state.currentStepId, way, n: 1 })
      }
      return numbersOf(tally)
    },
  }
}
