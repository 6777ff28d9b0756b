import { branchesOf } from '../../steps/index.js'
import type { StepId, TemplateId, TransitionId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { Step, StepKind } from '../../workflow/step.js'
import { byPriority, type Transition } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'
import { type Edited, type EditTools, invalidField, made, newestAge, refused, withGraph } from './edited.js'

/** Steps that a workflow can have beside its TRIGGER. */
export const MAX_STEPS = 500
const STEP_GAP = 150

/** A step as somebody asks for it; its config was checked. */
export interface StepDraft {
  readonly type: StepKind
  readonly name: string
  readonly position?: { readonly x: number; readonly y: number } | undefined
  readonly config: JsonObject
  readonly templateId: TemplateId | null
}

/**
 * Puts a step behind the others. `autoConnect` makes an unconditional transition from the most recently added
 * step that leads nowhere yet and is neither EXIT nor CONDITION; without such a step there is none.
 */
export function addStep(
  workflow: Workflow,
  draft: StepDraft,
  autoConnect: boolean,
  tools: EditTools,
): Edited<Step> {
  if (isFull(workflow)) return tooMany()
  const step = stepOf(workflow, draft, tools)
  const from = autoConnect ? looseEnd(workflow) : undefined
  const added =
    from === undefined ? [] : [link(workflow, { from: from.id, to: step.id, condition: null }, tools)]
  return made(withGraph(workflow, grown(workflow, step, added), tools.now), step)
}

/** A→B becomes A→NEW→B: the first part keeps id, condition and priority; a new CONDITION goes on by its first branch. */
export function insertStep(
  workflow: Workflow,
  transitionId: TransitionId,
  draft: StepDraft,
  tools: EditTools,
): Edited<Step> {
  const cut = workflow.transitions.find((transition) => transition.id === transitionId)
  if (cut === undefined)
    return refused('TRANSITION_NOT_FOUND', 'There is no such transition in this workflow.')
  if (draft.type === 'EXIT') return invalidField('type', 'cannot be EXIT here: nothing can follow an EXIT')
  if (isFull(workflow)) return tooMany()
  const step = stepOf(workflow, draft, tools)
  const branch = step.type === 'CONDITION' ? branchesOf(step)[0] : undefined
  const condition = branch === undefined ? null : { branch }
  const rest = link(workflow, { from: step.id, to: cut.toStepId, condition }, tools)
  const transitions = workflow.transitions.map((transition) =>
    transition === cut ? { ...cut, toStepId: step.id, updatedAt: tools.now } : transition,
  )
  const parts = { steps: [...workflow.steps, step], transitions: [...transitions, rest] }
  return made(withGraph(workflow, parts, tools.now), step)
}

/** Removes a step and its transitions. `splice` leads what came in to the step's one successor. */
export function removeStep(
  workflow: Workflow,
  stepId: StepId,
  splice: boolean,
  tools: Pick<EditTools, 'now'>,
): Edited<null> {
  const step = workflow.steps.find(({ id }) => id === stepId)
  if (step === undefined) return refused('STEP_NOT_FOUND', 'There is no such step in this workflow.')
  if (step.type === 'TRIGGER') return refused('CONFLICT', 'The TRIGGER cannot be removed.')
  const next = new Set(outgoing(workflow, stepId).map(({ toStepId }) => toStepId))
  if (splice && next.size > 1) return invalidField('splice', 'needs a step with at most one successor')
  const successor = splice ? [...next][0] : undefined
  const parts = {
    steps: workflow.steps.filter(({ id }) => id !== stepId),
    transitions: workflow.transitions.flatMap((one) =>
      led(one, { away: stepId, to: successor, now: tools.now }),
    ),
  }
  return made(withGraph(workflow, parts, tools.now), null)
}

function led(
  transition: Transition,
  { away, to, now }: { readonly away: StepId; readonly to: StepId | undefined; readonly now: Date },
): Transition[] {
  if (transition.fromStepId === away) return []
  if (transition.toStepId !== away) return [transition]
  return to === undefined ? [] : [{ ...transition, toStepId: to, updatedAt: now }]
}

function outgoing(workflow: Workflow, stepId: StepId): Transition[] {
  return workflow.transitions.filter(({ fromStepId }) => fromStepId === stepId).sort(byPriority)
}

function isFull(workflow: Workflow): boolean {
  return workflow.steps.length > MAX_STEPS
}

function tooMany(): Edited<never> {
  return invalidField('type', `a workflow has at most ${MAX_STEPS} steps beside its TRIGGER`, 'too_big')
}

function looseEnd(workflow: Workflow): Step | undefined {
  const leading = new Set(workflow.transitions.map(({ fromStepId }) => fromStepId))
  return workflow.steps.findLast(
    ({ id, type }) => type !== 'EXIT' && type !== 'CONDITION' && !leading.has(id),
  )
}

function stepOf(workflow: Workflow, draft: StepDraft, { now, newId }: EditTools): Step {
  const id = newId() as StepId
  const { type, name, config, templateId, position = below(workflow) } = draft
  return {
    id,
    key: keyOf(type, id),
    type,
    name,
    position,
    config,
    templateId,
    createdAt: now,
    updatedAt: now,
  }
}

/** Derived from the step's own id, so a key never comes back with another meaning. */
function keyOf(type: StepKind, id: StepId): string {
  return `${type.toLowerCase().replaceAll('_', '-')}-${id.slice(0, 8)}${id.slice(9, 13)}`
}

function below(workflow: Workflow): { x: number; y: number } {
  const last = workflow.steps.at(-1)?.position ?? { x: 100, y: 100 }
  return { x: last.x, y: last.y + STEP_GAP }
}

function grown(workflow: Workflow, step: Step, added: readonly Transition[]) {
  return { steps: [...workflow.steps, step], transitions: [...workflow.transitions, ...added] }
}

function link(
  workflow: Workflow,
  ends: { readonly from: StepId; readonly to: StepId; readonly condition: JsonObject | null },
  { now, newId }: EditTools,
): Transition {
  const { from: fromStepId, to: toStepId, condition } = ends
  const id = newId() as TransitionId
  const createdAt = newestAge(workflow.transitions, now)
  return { id, fromStepId, toStepId, condition, priority: 0, createdAt, updatedAt: createdAt }
}
