import { branchesOf } from '../../steps/index.js'
import type { Fault } from '../../workflow/fault.js'
import type { StepId, TransitionId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import { checkRule } from '../../workflow/rule.js'
import type { Step } from '../../workflow/step.js'
import { branchOf, type Transition } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'
import { type Edited, type EditTools, invalid, made, newestAge, refused, withGraph } from './edited.js'

export interface TransitionDraft {
  readonly fromStepId: StepId
  readonly toStepId: StepId
  readonly condition: JsonObject | null
  readonly priority: number
}

export interface TransitionPatch {
  readonly condition?: JsonObject | null | undefined
  readonly priority?: number | undefined
}

/** Connects two steps; the graph stays free of loops and every branch leads to one step at most. */
export function connect(workflow: Workflow, draft: TransitionDraft, tools: EditTools): Edited<Transition> {
  const { now } = tools
  const createdAt = newestAge(workflow.transitions, now)
  const transition = { ...draft, id: tools.newId() as TransitionId, createdAt, updatedAt: createdAt }
  const refusal = refusalOf(workflow, transition)
  if (refusal !== null) return refusal
  return made(withGraph(workflow, { transitions: [...workflow.transitions, transition] }, now), transition)
}

export function patchTransition(
  workflow: Workflow,
  id: TransitionId,
  patch: TransitionPatch,
  { now }: Pick<EditTools, 'now'>,
): Edited<Transition> {
  const before = workflow.transitions.find((transition) => transition.id === id)
  if (before === undefined) return unknownTransition()
  const { condition = before.condition, priority = before.priority } = patch
  const after = { ...before, condition, priority, updatedAt: now }
  const others = { ...workflow, transitions: workflow.transitions.filter((one) => one.id !== id) }
  const refusal = refusalOf(others, after)
  if (refusal !== null) return refusal
  const transitions = workflow.transitions.map((one) => (one.id === id ? after : one))
  return made(withGraph(workflow, { transitions }, now), after)
}

export function removeTransition(
  workflow: Workflow,
  id: TransitionId,
  { now }: Pick<EditTools, 'now'>,
): Edited<null> {
  const transitions = workflow.transitions.filter((transition) => transition.id !== id)
  if (transitions.length === workflow.transitions.length) return unknownTransition()
  return made(withGraph(workflow, { transitions }, now), null)
}

function unknownTransition(): Edited<never> {
  return refused('TRANSITION_NOT_FOUND', 'There is no such transition in this workflow.')
}

/** Why this transition cannot stand beside those of the workflow, or null. */
export function refusalOf(workflow: Workflow, transition: Transition): Edited<never> | null {
  const from = workflow.steps.find(({ id }) => id === transition.fromStepId)
  const to = workflow.steps.find(({ id }) => id === transition.toStepId)
  if (from === undefined || to === undefined)
    return refused('STEP_NOT_FOUND', 'A transition connects two steps of this workflow.')
  const faults = [
    ...endFaults(workflow.transitions, from, to),
    ...conditionFaults(from, transition.condition),
  ]
  if (faults.length > 0) return invalid(faults)
  return clash(workflow, transition)
}

/** Why these two steps cannot be connected, whatever the condition. */
export function endFaults(transitions: readonly Transition[], from: Step, to: Step): Fault[] {
  const faults: Fault[] = []
  const note = (field: string, message: string) => faults.push({ field, message, code: 'invalid_value' })
  if (from.type === 'EXIT') note('fromStepId', 'is an EXIT, which nothing can follow')
  if (to.type === 'TRIGGER') note('toStepId', 'is the TRIGGER, which nothing can lead to')
  if (from.id === to.id) note('toStepId', 'is the step that the transition starts from')
  else if (reaches(transitions, to.id, from.id)) note('toStepId', 'would close a loop')
  return faults
}

/** Is `goal` ahead of `start`? */
function reaches(transitions: readonly Transition[], start: StepId, goal: StepId): boolean {
  const ahead = new Map<StepId, StepId[]>()
  for (const { fromStepId, toStepId } of transitions)
    ahead.set(fromStepId, [...(ahead.get(fromStepId) ?? []), toStepId])
  const seen = new Set<StepId>([start])
  for (const id of seen) for (const next of ahead.get(id) ?? []) seen.add(next)
  return seen.has(goal)
}

/** A branch must be one of the step it leaves, anything else a rule. */
export function conditionFaults(from: Step, condition: JsonObject | null): readonly Fault[] {
  if (condition === null) return []
  if (!Object.hasOwn(condition, 'branch')) return checkRule(condition, 'condition')
  const branch = branchOf(condition)
  if (branch === null)
    return [{ field: 'condition', message: 'must be { "branch": name } or a rule', code: 'invalid_value' }]
  const branches = branchesOf(from)
  if (branches.includes(branch)) return []
  const known =
    branches.length === 0 ? `a ${from.type} step has no branches` : `must be one of ${branches.join(', ')}`
  return [{ field: 'condition.branch', message: known, code: 'unknown_branch' }]
}

function clash(workflow: Workflow, { fromStepId, condition }: Transition): Edited<never> | null {
  const beside = workflow.transitions.filter((one) => one.fromStepId === fromStepId)
  if (condition === null)
    return beside.some((one) => one.condition === null)
      ? refused('CONFLICT', 'The step has an unconditional transition already.')
      : null
  const branch = branchOf(condition)
  return branch !== null && beside.some((one) => branchOf(one.condition) === branch)
    ? refused('CONFLICT', `The step has a transition for the branch "${branch}" already.`)
    : null
}
