import { isDeepStrictEqual } from 'node:util'
import { branchesOf } from '../../steps/index.js'
import type { StepId, TemplateId } from '../../workflow/ids.js'
import { type JsonObject, own } from '../../workflow/json.js'
import type { Step } from '../../workflow/step.js'
import { branchOf } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'
import { type Edited, type EditTools, invalidField, made, refused, withGraph, withLooks } from './edited.js'

export interface StepPatch {
  readonly name?: string | undefined
  readonly position?: { readonly x: number; readonly y: number } | undefined
  /** The whole new config; it was checked. */
  readonly config?: JsonObject | undefined
  readonly templateId?: TemplateId | null | undefined
}

/** Changes a step. A new version only where config or template changed: a drag or a rename makes none. */
export function patchStep(
  workflow: Workflow,
  stepId: StepId,
  patch: StepPatch,
  { now }: Pick<EditTools, 'now'>,
): Edited<Step> {
  const before = workflow.steps.find(({ id }) => id === stepId)
  if (before === undefined) return refused('STEP_NOT_FOUND', 'There is no such step in this workflow.')
  const { name = before.name, position = before.position, config = before.config } = patch
  const templateId = patch.templateId === undefined ? before.templateId : patch.templateId
  const after = { ...before, name, position, config, templateId, updatedAt: now }
  const refusal = refusalOf(workflow, before, after)
  if (refusal !== null) return refusal
  const steps = workflow.steps.map((step) => (step === before ? after : step))
  const same = isDeepStrictEqual([before.config, before.templateId], [config, templateId])
  return made(same ? withLooks(workflow, { steps }, now) : withGraph(workflow, { steps }, now), after)
}

function refusalOf(workflow: Workflow, before: Step, after: Step): Edited<never> | null {
  if (before.type === 'TRIGGER' && !isDeepStrictEqual(before.config, after.config))
    return invalidField('config', "of the TRIGGER follows the workflow's triggerConfig")
  if (before.type === 'SEND_EMAIL' && templateOf(after) === null)
    return invalidField('templateId', 'is required: the config has no template either', 'required')
  const left = new Set(branchesOf(after))
  const lost = workflow.transitions
    .filter(({ fromStepId }) => fromStepId === before.id)
    .map(({ condition }) => branchOf(condition))
    .find((branch) => branch !== null && !left.has(branch))
  return lost === undefined ? null : invalidField('config', `a transition leaves by the branch "${lost}"`)
}

/** The template that a step sends: at the step's top level, else in its config. */
function templateOf({ templateId, config }: Pick<Step, 'templateId' | 'config'>): TemplateId | null {
  const inside = own(config, 'templateId')
  return templateId ?? (typeof inside === 'string' ? (inside as TemplateId) : null)
}
