import type { TemplateCheck } from '../effects/ports.js'
import { addStep, insertStep, removeStep } from '../engine/edit/steps.js'
import { templateIdsOf } from '../store/templateIds.js'
import { type EditDeps, type EditWorkflow, editOf } from './editWorkflow.js'
import { etag } from './etag.js'
import { type Route, route } from './route.js'
import { removeStepQuery, stepBody, stepParams, transitionParams } from './schemas/graph.js'
import { shownStep } from './schemas/shown.js'
import { workflowParams } from './schemas/workflow.js'
import { stepAnswer } from './showWorkflow.js'
import { draftOf, newStepFaults } from './stepContents.js'
import { expectTemplates, type TemplateLookup } from './templateUse.js'

const tag = 'Steps'
const shown = { description: 'The step', schema: shownStep, etag: true } as const

export interface StepDeps extends EditDeps {
  readonly templates: TemplateLookup
  readonly checkTemplate: TemplateCheck
}

/** Steps come and go; `stepPatch.ts` changes them. */
export function stepRoutes(deps: StepDeps, edits: EditWorkflow): Route[] {
  return [addRoute(deps, edits), insertRoute(deps, edits), removeRoute(edits)]
}

function addRoute({ templates, checkTemplate }: StepDeps, edits: EditWorkflow): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/steps',
    access: 'secret',
    tag,
    summary: 'Add a step',
    description:
      '`autoConnect` leads to it from the most recently added step without an outgoing transition that is neither EXIT nor CONDITION.',
    params: workflowParams,
    body: stepBody,
    faults: (body) => newStepFaults(body, checkTemplate),
    answers: { 201: { ...shown, description: 'The new step' } },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'TEMPLATE_NOT_FOUND',
      'CONFLICT',
      'PRECONDITION_FAILED',
      'VALIDATION_ERROR',
    ],
    handle: async (call) => {
      const draft = draftOf(call.body)
      const { workflow, made } = await edits(editOf(call), async (before, tools) => {
        await expectTemplates(templates, call.projectId, templateIdsOf([draft]))
        return addStep(before, draft, call.body.autoConnect, tools)
      })
      return stepAnswer(201, workflow, made)
    },
  })
}

function insertRoute({ templates, checkTemplate }: StepDeps, edits: EditWorkflow): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/transitions/:transitionId/insert-step',
    access: 'secret',
    tag,
    summary: 'Put a step between two',
    description: 'A→B becomes A→NEW→B; the first part keeps condition and priority.',
    params: transitionParams,
    body: stepBody,
    faults: (body) => newStepFaults(body, checkTemplate),
    answers: { 201: { ...shown, description: 'The new step' } },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'TRANSITION_NOT_FOUND',
      'TEMPLATE_NOT_FOUND',
      'CONFLICT',
      'PRECONDITION_FAILED',
      'VALIDATION_ERROR',
    ],
    handle: async (call) => {
      const draft = draftOf(call.body)
      const { workflow, made } = await edits(editOf(call), async (before, tools) => {
        const edited = insertStep(before, call.params.transitionId, draft, tools)
        if (edited.ok) await expectTemplates(templates, call.projectId, templateIdsOf([draft]))
        return edited
      })
      return stepAnswer(201, workflow, made)
    },
  })
}

function removeRoute(edits: EditWorkflow): Route {
  return route({
    method: 'DELETE',
    path: '/workflows/:id/steps/:stepId',
    access: 'secret',
    tag,
    summary: 'Remove a step and its transitions',
    params: stepParams,
    query: removeStepQuery,
    answers: { 204: { description: 'Removed', etag: true } },
    errors: ['WORKFLOW_NOT_FOUND', 'STEP_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'VALIDATION_ERROR'],
    handle: async (call) => {
      const { stepId } = call.params
      const { workflow } = await edits(editOf(call), (before, tools) =>
        removeStep(before, stepId, call.query.splice, tools),
      )
      return { status: 204, headers: etag(workflow.revision) }
    },
  })
}
