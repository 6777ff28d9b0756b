import { made } from '../engine/edit/edited.js'
import { createWorkflow, patchSettings } from '../engine/edit/settings.js'
import { type EditDeps, type EditWorkflow, editOf, getWorkflow } from './editWorkflow.js'
import { etag } from './etag.js'
import { type Route, route } from './route.js'
import { pageAnswer, pageSchema } from './schemas/pages.js'
import { shownRow, shownWorkflow } from './schemas/shown.js'
import { createBody, listQuery, patchBody, workflowParams } from './schemas/workflow.js'
import { showRow, showWorkflow } from './showWorkflow.js'

const tag = 'Workflows'
const shown = { description: 'The workflow with its graph', schema: shownWorkflow, etag: true } as const

/** Workflows themselves; their graph, copies and bulk changes have files of their own. */
export function workflowRoutes(deps: EditDeps, edits: EditWorkflow): Route[] {
  return [listRoute(deps), createRoute(deps), getRoute(deps), patchRoute(edits)]
}

function listRoute({ workflows }: EditDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows',
    access: 'secret',
    tag,
    summary: 'List workflows',
    description: 'Newest first. Counts are exact to 10,000, beyond that at most 10 s old.',
    query: listQuery,
    answers: { 200: { description: 'A page of workflows', schema: pageSchema(shownRow) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query }) => {
      const { place, sort, dir } = query
      const enabled = query.status === undefined ? null : query.status === 'active'
      const search = query.search ?? query.name ?? null
      const { skip, pageSize: limit } = place
      const { rows, total } = await workflows.list(projectId, { search, enabled, sort, dir, skip, limit })
      return { status: 200, body: pageAnswer(place, rows.map(showRow), total) }
    },
  })
}

function createRoute({ workflows, clock, newId }: EditDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows',
    access: 'secret',
    tag,
    summary: 'Create a workflow',
    description: 'It has one step, the TRIGGER, and is disabled unless `enabled` says otherwise.',
    body: createBody,
    answers: { 201: { ...shown, description: 'The new workflow' } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, body }) => {
      const { eventName, description = null, ...settings } = body
      const draft = { ...settings, description, triggerType: 'EVENT', triggerConfig: { eventName } } as const
      const workflow = createWorkflow(projectId, draft, { now: clock.now(), newId })
      await workflows.insert(projectId, workflow)
      return { status: 201, body: showWorkflow(workflow), headers: etag(workflow.revision) }
    },
  })
}

function getRoute({ workflows }: EditDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows/:id',
    access: 'secret',
    tag,
    summary: 'Get a workflow with its steps and transitions',
    description: '`problems` warn of what is probably not meant; a complete graph has none.',
    params: workflowParams,
    answers: { 200: shown },
    errors: ['WORKFLOW_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      const workflow = await getWorkflow(workflows, projectId, id)
      return { status: 200, body: showWorkflow(workflow), headers: etag(workflow.revision) }
    },
  })
}

function patchRoute(edits: EditWorkflow): Route {
  return route({
    method: 'PATCH',
    path: '/workflows/:id',
    access: 'secret',
    tag,
    summary: 'Change settings of a workflow',
    description: 'Once this has answered, the next event follows it. `description: null` clears it.',
    params: workflowParams,
    body: patchBody,
    answers: { 200: shown },
    errors: ['WORKFLOW_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'VALIDATION_ERROR'],
    handle: async (call) => {
      const { workflow } = await edits(editOf(call), (before, { now }) =>
        made(patchSettings(before, call.body, now), null),
      )
      return { status: 200, body: showWorkflow(workflow), headers: etag(workflow.revision) }
    },
  })
}
