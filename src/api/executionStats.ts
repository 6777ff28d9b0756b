import type { StepNumbers } from '../store/ports/executionStats.js'
import { getWorkflow } from './editWorkflow.js'
import type { ExecutionDeps } from './executionDeps.js'
import { type Route, route } from './route.js'
import { shownStats } from './schemas/executions.js'
import { workflowParams } from './schemas/workflow.js'

export function executionStatsRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows/:id/stats',
    access: 'secret',
    tag: 'Executions',
    summary: 'Count the executions of a workflow',
    description:
      'By status, and for each step how many stand at it, passed it and failed at it. At most 10 s old. Steps of earlier versions that executions went through come last.',
    params: workflowParams,
    answers: { 200: { description: 'The numbers', schema: shownStats } },
    errors: ['WORKFLOW_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      const { steps } = await getWorkflow(deps.workflows, projectId, id)
      const numbers = await deps.executionStats.of(projectId, id)
      const counted = new Map(numbers.steps.map((step) => [step.stepId, step]))
      const present = steps.map(({ id: stepId }) => counted.get(stepId) ?? { ...NONE, stepId })
      const former = numbers.steps.filter(({ stepId }) => steps.every((step) => step.id !== stepId))
      return { status: 200, body: { byStatus: numbers.byStatus, steps: [...present, ...former] } }
    },
  })
}

const NONE: Omit<StepNumbers, 'stepId'> = { active: 0, passed: 0, failed: 0, branches: {} }
