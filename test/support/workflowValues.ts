import { randomUUID } from 'node:crypto'
import { checkTemplate } from '../../src/effects/liquid.js'
import type { ImportTools } from '../../src/engine/edit/importWorkflow.js'
import { createWorkflow, type WorkflowDraft } from '../../src/engine/edit/settings.js'
import type { ProjectId, StepId, TransitionId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Step, StepKind } from '../../src/workflow/step.js'
import type { Transition } from '../../src/workflow/transition.js'
import type { Workflow } from '../../src/workflow/workflow.js'

export const NOW = new Date('2026-01-02T03:04:05.006Z')
export const LATER = new Date('2026-01-02T04:00:00.000Z')

export function toolsAt(now: Date): ImportTools {
  return { now, newId: randomUUID, checkTemplate }
}

export function newProjectId(): ProjectId {
  return randomUUID() as string as ProjectId
}

/** A workflow as it is right after it was made, with its TRIGGER alone. */
export function workflowOf(
  more: Partial<WorkflowDraft> = {},
  projectId: ProjectId = newProjectId(),
): Workflow {
  const draft: WorkflowDraft = {
    name: 'Welcome',
    description: null,
    enabled: false,
    allowReentry: false,
    triggerType: 'EVENT',
    triggerConfig: { eventName: 'signed_up' },
    ...more,
  }
  return createWorkflow(projectId, draft, toolsAt(NOW))
}

/** A step of its kind that nothing leads to; `key` is also its name. */
export function stepOf(type: StepKind, key: string, config: JsonObject = {}): Step {
  return {
    id: randomUUID() as string as StepId,
    key,
    type,
    name: key,
    position: { x: 0, y: 0 },
    config,
    templateId: null,
    createdAt: NOW,
    updatedAt: NOW,
  }
}

export function transitionOf(from: Step, to: Step, more: Partial<Transition> = {}): Transition {
  return {
    id: randomUUID() as string as TransitionId,
    fromStepId: from.id,
    toStepId: to.id,
    condition: null,
    priority: 0,
    createdAt: NOW,
    updatedAt: NOW,
    ...more,
  }
}

/** The workflow with these steps behind its TRIGGER's, and these transitions. */
export function withParts(
  workflow: Workflow,
  steps: readonly Step[],
  transitions: readonly Transition[] = [],
): Workflow {
  return { ...workflow, steps: [...workflow.steps, ...steps], transitions: [...transitions] }
}

export function triggerOf({ steps }: Workflow): Step {
  const [trigger] = steps
  if (trigger === undefined) throw new Error('a workflow has a TRIGGER')
  return trigger
}
