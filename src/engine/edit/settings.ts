import { isDeepStrictEqual } from 'node:util'
import type { ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import type { Step } from '../../workflow/step.js'
import type { TriggerConfig, TriggerType, Workflow } from '../../workflow/workflow.js'
import type { EditTools } from './edited.js'
import { withGraph, withLooks } from './edited.js'

export interface WorkflowDraft {
  readonly name: string
  readonly description: string | null
  readonly enabled: boolean
  readonly allowReentry: boolean
  readonly triggerType: TriggerType
  readonly triggerConfig: TriggerConfig
}

/** A workflow with its one TRIGGER step. */
export function createWorkflow(projectId: ProjectId, draft: WorkflowDraft, tools: EditTools): Workflow {
  const { now, newId } = tools
  const id = newId() as WorkflowId
  return {
    ...draft,
    id,
    projectId,
    key: `workflow-${id.slice(0, 8)}${id.slice(9, 13)}`,
    enabledAt: draft.enabled ? now : null,
    steps: [triggerStep(draft.triggerConfig, tools)],
    transitions: [],
    version: 1,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  }
}

function triggerStep({ eventName }: TriggerConfig, { now, newId }: EditTools): Step {
  return {
    id: newId() as StepId,
    key: 'trigger',
    type: 'TRIGGER',
    ...triggerLooks(eventName),
    position: { x: 100, y: 100 },
    templateId: null,
    createdAt: now,
    updatedAt: now,
  }
}

function triggerLooks(eventName: string): Pick<Step, 'name' | 'config'> {
  return { name: `Trigger: ${eventName}`, config: { eventName } }
}

export type SettingsPatch = { readonly [Key in keyof WorkflowDraft]?: WorkflowDraft[Key] | undefined }

/**
 * Changes settings, which are live and make no version; a new trigger makes one, and another event's name also
 * renames and reconfigures the TRIGGER step.
 */
export function patchSettings(workflow: Workflow, patch: SettingsPatch, now: Date): Workflow {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
  const changed: Workflow = { ...workflow, ...(given as Partial<WorkflowDraft>) }
  const { triggerConfig } = changed
  const next = { ...changed, enabledAt: startsAnew(workflow, changed) ? now : workflow.enabledAt }
  if (isDeepStrictEqual(workflow.triggerConfig, triggerConfig)) return withLooks(next, {}, now)
  if (workflow.triggerConfig.eventName === triggerConfig.eventName) return withGraph(next, {}, now)
  const steps = workflow.steps.map((step) =>
    step.type === 'TRIGGER' ? { ...step, ...triggerLooks(triggerConfig.eventName), updatedAt: now } : step,
  )
  return withGraph(next, { steps }, now)
}

/** Does it begin to listen, or to listen to something else? Events recorded before then start nothing. */
function startsAnew(before: Workflow, after: Workflow): boolean {
  if (!after.enabled) return false
  return (
    !before.enabled ||
    before.triggerType !== after.triggerType ||
    before.triggerConfig.eventName !== after.triggerConfig.eventName
  )
}
