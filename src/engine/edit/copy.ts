import type { StepId, TransitionId, WorkflowId } from '../../workflow/ids.js'
import { byPriority, type Transition } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'
import type { EditTools } from './edited.js'
import { renameInStep, renameInTransition } from './references.js'

const SUFFIX = ' (Copy)'
const MAX_NAME = 100

/** The same workflow, disabled, with ids of its own. Keys stay; a name that gets too long is cut before ` (Copy)`. */
export function duplicateWorkflow(workflow: Workflow, tools: EditTools): Workflow {
  const { now, newId } = tools
  const ids = new Map<string, StepId>(workflow.steps.map(({ id }) => [id, newId() as StepId]))
  const rename = (id: string) => ids.get(id)
  const id = newId() as WorkflowId
  const steps = workflow.steps.map((step) => ({
    ...renameInStep(step, rename),
    id: idOf(ids, step.id),
    createdAt: now,
    updatedAt: now,
  }))
  const transitions = [...workflow.transitions].sort(byPriority).map((transition) => ({
    ...renameInTransition(transition, rename),
    id: newId() as TransitionId,
    fromStepId: idOf(ids, transition.fromStepId),
    toStepId: idOf(ids, transition.toStepId),
  }))
  return {
    ...workflow,
    id,
    key: `workflow-${id.slice(0, 8)}${id.slice(9, 13)}`,
    name: `${workflow.name.slice(0, MAX_NAME - SUFFIX.length)}${SUFFIX}`,
    enabled: false,
    enabledAt: null,
    steps,
    transitions: aged(transitions, now),
    version: 1,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  }
}

/** Every step of a workflow was given an id, and transitions have no other ends. */
function idOf(ids: ReadonlyMap<string, StepId>, old: StepId): StepId {
  return ids.get(old) as StepId
}

/** Ages in the order of the list, the last one now: age decides between equal priorities. */
export function aged(transitions: readonly Transition[], now: Date): Transition[] {
  return transitions.map((transition, index) => {
    const createdAt = new Date(now.getTime() - (transitions.length - 1 - index))
    return { ...transition, createdAt, updatedAt: createdAt }
  })
}
