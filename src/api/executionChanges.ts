import { cancel } from '../engine/cancel.js'
import { reopen } from '../engine/reopen.js'
import { MillraceError } from '../errors.js'
import type { Change } from '../workflow/change.js'
import type { Execution } from '../workflow/execution.js'
import { getWorkflow } from './editWorkflow.js'
import { type ExecutionDeps, type ExecutionPath, foundExecution } from './executionDeps.js'
import { moveExecution } from './moveExecutions.js'
import { type Route, route } from './route.js'
import { executionParams, shownExecution } from './schemas/executions.js'
import { showExecution } from './showExecution.js'

const tag = 'Executions'
const REASON = 'Cancelled by user'

/** What people do to one execution: end it, or let it go on. */
export function executionChangeRoutes(deps: ExecutionDeps): Route[] {
  return [cancelRoute(deps), retryRoute(deps)]
}

function cancelRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'DELETE',
    path: '/workflows/:id/executions/:executionId',
    access: 'secret',
    tag,
    summary: 'Cancel an execution',
    description: 'It never moves again; an outside call under way is finished and only noted.',
    params: executionParams,
    answers: { 200: { description: 'The cancelled execution', schema: shownExecution } },
    errors: ['WORKFLOW_NOT_FOUND', 'EXECUTION_NOT_FOUND', 'CONFLICT'],
    handle: (call) =>
      change(deps, call, (execution) => {
        const change = cancel(execution, REASON, deps.clock.now())
        return change ?? refuse(`The execution has ended: it is ${execution.state.status}.`)
      }),
  })
}

function retryRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/executions/:executionId/retry',
    access: 'secret',
    tag,
    summary: 'Retry a failed execution',
    description: 'It goes on from the step that failed; what was done is not done again.',
    params: executionParams,
    answers: { 200: { description: 'The execution, on its way again', schema: shownExecution } },
    errors: ['WORKFLOW_NOT_FOUND', 'EXECUTION_NOT_FOUND', 'CONFLICT'],
    handle: (call) =>
      change(deps, call, (execution) => {
        const { status } = execution.state
        if (status !== 'FAILED') refuse(`Only what FAILED can be retried: the execution is ${status}.`)
        return reopen(execution) ?? refuse('The execution failed before its first step: start it again.')
      }),
  })
}

function refuse(message: string): never {
  throw new MillraceError('CONFLICT', message)
}

async function change(deps: ExecutionDeps, path: ExecutionPath, decide: (execution: Execution) => Change) {
  await getWorkflow(deps.workflows, path.projectId, path.params.id)
  const moved = await moveExecution(deps, () => foundExecution(deps, path), decide)
  return { status: 200, body: showExecution(moved) }
}
