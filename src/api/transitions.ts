import { connect, patchTransition, removeTransition } from '../engine/edit/transitions.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import { type EditDeps, type EditWorkflow, editOf } from './editWorkflow.js'
import { etag } from './etag.js'
import { type Route, route } from './route.js'
import { transitionBody, transitionParams, transitionPatchBody } from './schemas/graph.js'
import { shownTransition } from './schemas/shown.js'
import { workflowParams } from './schemas/workflow.js'
import { transitionAnswer } from './showWorkflow.js'
import { transitionFaultsOf } from './transitionCheck.js'

type Reads = Pick<WorkflowStore, 'get'>

const tag = 'Transitions'
const shown = { description: 'The transition', schema: shownTransition, etag: true } as const

/** What leads from step to step. */
export function transitionRoutes({ workflows }: Pick<EditDeps, 'workflows'>, edits: EditWorkflow): Route[] {
  return [connectRoute(workflows, edits), patchRoute(workflows, edits), removeRoute(edits)]
}

function connectRoute(workflows: Reads, edits: EditWorkflow): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/transitions',
    access: 'secret',
    tag,
    summary: 'Connect two steps',
    description:
      'Tried by ascending priority, then age; a missing condition always holds. Loops are refused, and so are a second unconditional transition and a branch that leads somewhere already (409).',
    params: workflowParams,
    body: transitionBody,
    faults: (body, of) => transitionFaultsOf(workflows, body, of),
    answers: { 201: { ...shown, description: 'The new transition' } },
    errors: ['WORKFLOW_NOT_FOUND', 'STEP_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'VALIDATION_ERROR'],
    handle: async (call) => {
      const { condition = null, ...ends } = call.body
      const { workflow, made } = await edits(editOf(call), (before, tools) =>
        connect(before, { ...ends, condition }, tools),
      )
      return transitionAnswer(201, workflow, made)
    },
  })
}

function patchRoute(workflows: Reads, edits: EditWorkflow): Route {
  return route({
    method: 'PATCH',
    path: '/workflows/:id/transitions/:transitionId',
    access: 'secret',
    tag,
    summary: 'Change condition or priority of a transition',
    params: transitionParams,
    body: transitionPatchBody,
    faults: (body, of) => transitionFaultsOf(workflows, body, of),
    answers: { 200: shown },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'TRANSITION_NOT_FOUND',
      'CONFLICT',
      'PRECONDITION_FAILED',
      'VALIDATION_ERROR',
    ],
    handle: async (call) => {
      const { workflow, made } = await edits(editOf(call), (before, tools) =>
        patchTransition(before, call.params.transitionId, call.body, tools),
      )
      return transitionAnswer(200, workflow, made)
    },
  })
}

function removeRoute(edits: EditWorkflow): Route {
  return route({
    method: 'DELETE',
    path: '/workflows/:id/transitions/:transitionId',
    access: 'secret',
    tag,
    summary: 'Remove a transition',
    params: transitionParams,
    answers: { 204: { description: 'Removed', etag: true } },
    errors: ['WORKFLOW_NOT_FOUND', 'TRANSITION_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
    handle: async (call) => {
      const { workflow } = await edits(editOf(call), (before, tools) =>
        removeTransition(before, call.params.transitionId, tools),
      )
      return { status: 204, headers: etag(workflow.revision) }
    },
  })
}
