import type { TemplateCheck } from '../effects/ports.js'
import { stepFaults } from '../engine/edit/checkStep.js'
import { patchStep } from '../engine/edit/patchStep.js'
import { templateIdsOf } from '../store/templateIds.js'
import type { Fault } from '../workflow/fault.js'
import { parseId, type StepId, type TemplateId } from '../workflow/ids.js'
import { isJsonObject, own } from '../workflow/json.js'
import type { Step } from '../workflow/step.js'
import type { Workflow } from '../workflow/workflow.js'
import { type EditWorkflow, editOf } from './editWorkflow.js'
import { type Route, route } from './route.js'
import { stepParams, stepPatchBody } from './schemas/graph.js'
import { shownStep } from './schemas/shown.js'
import { stepAnswer } from './showWorkflow.js'
import { type ContentPatch, patchedContents } from './stepContents.js'
import type { StepDeps } from './steps.js'
import { expectTemplates } from './templateUse.js'

export function stepPatchRoute(
  { templates, workflows, checkTemplate }: StepDeps,
  edits: EditWorkflow,
): Route {
  return route({
    method: 'PATCH',
    path: '/workflows/:id/steps/:stepId',
    access: 'secret',
    tag: 'Steps',
    summary: 'Change a step',
    description: 'A config is replaced whole; secrets that it does not name stay. The type cannot change.',
    params: stepParams,
    body: stepPatchBody,
    faults: async (body, { projectId, params }) => {
      const workflow = await workflows.get(projectId, params.id)
      const step = workflow === null ? undefined : findStep(workflow, params.stepId)
      return step === undefined ? [] : patchFaults(step, body, checkTemplate)
    },
    answers: { 200: { description: 'The step', schema: shownStep, etag: true } },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'STEP_NOT_FOUND',
      'TEMPLATE_NOT_FOUND',
      'CONFLICT',
      'PRECONDITION_FAILED',
      'VALIDATION_ERROR',
    ],
    handle: async (call) => {
      const { stepId } = call.params
      const { workflow, made } = await edits(editOf(call), async (before, tools) => {
        const step = findStep(before, stepId)
        const contents = step === undefined ? {} : patchedContents(step, call.body)
        const edited = patchStep(before, stepId, { ...call.body, ...contents }, tools)
        if (edited.ok) await expectTemplates(templates, call.projectId, newTemplates(step, edited.made))
        return edited
      })
      return stepAnswer(200, workflow, made)
    },
  })
}

function findStep({ steps }: Workflow, id: StepId): Step | undefined {
  return steps.find((step) => step.id === id)
}

/** A template that was there before may be gone by now: that is no reason to refuse another name or place. */
function newTemplates(before: Step | undefined, after: Step): TemplateId[] {
  const known = before === undefined ? [] : templateIdsOf([before])
  return templateIdsOf([after]).filter((id) => !known.includes(id))
}

function patchFaults(step: Step, body: unknown, check: TemplateCheck): readonly Fault[] {
  const { type } = step
  if (type === 'TRIGGER' || !isJsonObject(body)) return []
  const patch = contentPatch(own(body, 'config'), own(body, 'templateId'))
  if (patch === null) return []
  return stepFaults({ type, ...patchedContents(step, patch) }, check)
}

/** Null: the patch leaves config and template alone, or they cannot be read. */
function contentPatch(config: unknown, templateId: unknown): ContentPatch | null {
  if (config === undefined && templateId === undefined) return null
  if (config !== undefined && !isJsonObject(config)) return null
  if (typeof templateId !== 'string') return { config, templateId: templateId === null ? null : undefined }
  return { config, templateId: parseId<TemplateId>(templateId) ?? undefined }
}
