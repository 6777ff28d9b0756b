import { createMemoryDefinitions } from '../../src/store/memory/definitions.js'
import { createMemoryState, createMemoryWorkflows } from '../../src/store/memory/workflows.js'
import { ACTIVE_STATUSES } from '../../src/workflow/execution.js'
import { newProjectId } from '../support/workflowValues.js'
import { definitionsContract } from './definitionsContract.js'
import { type WorkflowStores, workflowsContract } from './workflowsContract.js'

function open(): WorkflowStores {
  const state = createMemoryState()
  const runs: { id: string; status: string }[] = []
  const isActive = (status: string) => ACTIVE_STATUSES.some((active) => active === status)
  const count = (id: string) => {
    const own = runs.filter((run) => run.id === id)
    return { executions: own.length, active: own.filter(({ status }) => isActive(status)).length }
  }
  return {
    workflows: createMemoryWorkflows(state, count),
    definitions: createMemoryDefinitions(state),
    newProject: async () => {
      const id = newProjectId()
      state.counters.set(id, 0)
      return id
    },
    run: async ({ id }, status) => void runs.push({ id, status }),
  }
}

describe('workflows in memory', () => {
  workflowsContract(open)
})

describe('definitions in memory', () => {
  definitionsContract(open)
})
