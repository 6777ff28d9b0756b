import { z } from 'zod'
import { MillraceError } from '../errors.js'
import type { BulkResult } from '../store/ports/workflows.js'
import { type EditDeps, getWorkflow } from './editWorkflow.js'
import { checkMatch } from './etag.js'
import { type Route, route } from './route.js'
import { bulkBody, workflowParams } from './schemas/workflow.js'

const tag = 'Workflows'

/** Deletes and bulk changes: all or nothing. */
export function workflowBulkRoutes(deps: EditDeps): Route[] {
  return [deleteRoute(deps), bulkRoute(deps)]
}

function deleteRoute({ workflows, clock }: EditDeps): Route {
  return route({
    method: 'DELETE',
    path: '/workflows/:id',
    access: 'secret',
    tag,
    summary: 'Delete a workflow',
    description: 'Refused while an execution is PENDING, RUNNING or WAITING.',
    params: workflowParams,
    answers: { 204: { description: 'Deleted' } },
    errors: ['WORKFLOW_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
    handle: async ({ projectId, params: { id }, header }) => {
      const ifMatch = header('if-match')
      if (ifMatch !== undefined) checkMatch(ifMatch, (await getWorkflow(workflows, projectId, id)).revision)
      expectDone(await workflows.remove(projectId, [id], clock.now()))
      return { status: 204 }
    },
  })
}

function bulkRoute({ workflows, clock }: EditDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/bulk-update',
    access: 'secret',
    tag,
    summary: 'Enable, disable or delete many workflows',
    description: 'All or nothing; repeated ids count once.',
    body: bulkBody,
    answers: {
      200: {
        description: 'How many',
        schema: z.union([z.object({ deleted: z.int() }), z.object({ updated: z.int() })]),
      },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'CONFLICT', 'VALIDATION_ERROR'],
    handle: async ({ projectId, body: { ids, enabled } }) => {
      const now = clock.now()
      if (enabled === undefined) {
        expectDone(await workflows.remove(projectId, ids, now))
        return { status: 200, body: { deleted: ids.length } }
      }
      expectDone(await workflows.enable(projectId, ids, enabled, now))
      return { status: 200, body: { updated: ids.length } }
    },
  })
}

function expectDone(result: BulkResult): void {
  if (result === 'unknown') throw new MillraceError('WORKFLOW_NOT_FOUND', 'There is no such workflow.')
  if (result === 'active')
    throw new MillraceError('CONFLICT', 'An execution is still active: cancel it or wait until it has ended.')
}
