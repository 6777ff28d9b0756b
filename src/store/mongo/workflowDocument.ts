import type { ProjectId, StepId, TemplateId, TransitionId, WorkflowId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { Step } from '../../workflow/step.js'
import type { Transition } from '../../workflow/transition.js'
import type { TriggerConfig, Workflow } from '../../workflow/workflow.js'
import { templateIdsOf } from '../templateIds.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'

export const WORKFLOWS = 'workflows'
export const WORKFLOW_VERSIONS = 'workflowVersions'
export const WORKFLOW_TOMBSTONES = 'workflowTombstones'

/** A config or rule as the text of its JSON: it comes back exactly as it was sent, whatever its keys are called. */
type JsonText = string

export interface StoredStep {
  readonly id: StoredId
  readonly key: string
  readonly type: Step['type']
  readonly name: string
  readonly position: { readonly x: number; readonly y: number }
  readonly config: JsonText
  readonly templateId: StoredId | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface StoredTransition {
  readonly id: StoredId
  readonly fromStepId: StoredId
  readonly toStepId: StoredId
  readonly condition: JsonText | null
  readonly priority: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface StoredSettings {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly key: string
  readonly name: string
  readonly description: string | null
  readonly enabled: boolean
  readonly enabledAt: Date | null
  readonly allowReentry: boolean
  readonly triggerType: Workflow['triggerType']
  readonly triggerConfig: JsonText
  readonly version: number
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface WorkflowDocument extends StoredSettings {
  readonly steps: readonly StoredStep[]
  readonly transitions: readonly StoredTransition[]
  /** What lists are searched by: name and description in lower case. */
  readonly search: readonly string[]
  readonly stepCount: number
  /** Every template that a step names, at its top level or in its config. */
  readonly templateIds: readonly StoredId[]
}

export function storeWorkflow(workflow: Workflow): WorkflowDocument {
  const { id, projectId, triggerConfig, steps, transitions, ...plain } = workflow
  return {
    ...plain,
    _id: toUuid(id),
    projectId: toUuid(projectId),
    triggerConfig: JSON.stringify(triggerConfig),
    steps: steps.map(storeStep),
    transitions: transitions.map(storeTransition),
    search: [plain.name, plain.description ?? ''].map((text) => text.toLowerCase()),
    stepCount: steps.length,
    templateIds: templateIdsOf(steps).map(toUuid),
  }
}

export function loadWorkflow(document: WorkflowDocument): Workflow {
  return {
    ...loadSettings(document),
    steps: document.steps.map(loadStep),
    transitions: document.transitions.map(loadTransition),
  }
}

export function loadSettings(document: StoredSettings): Omit<Workflow, 'steps' | 'transitions'> {
  const { _id, projectId, key, name, description, enabled, enabledAt, allowReentry } = document
  const { triggerType, version, revision, createdAt, updatedAt } = document
  return {
    id: fromUuid<WorkflowId>(_id),
    projectId: fromUuid<ProjectId>(projectId),
    triggerConfig: JSON.parse(document.triggerConfig) as TriggerConfig,
    ...{ key, name, description, enabled, enabledAt, allowReentry },
    ...{ triggerType, version, revision, createdAt, updatedAt },
  }
}

export function storeStep(step: Step): StoredStep {
  const { id, config, templateId, ...plain } = step
  return {
    ...plain,
    id: toUuid(id),
    config: JSON.stringify(config),
    templateId: templateId === null ? null : toUuid(templateId),
  }
}

export function loadStep(stored: StoredStep): Step {
  const { id, config, templateId, ...plain } = stored
  return {
    ...plain,
    id: fromUuid<StepId>(id),
    config: JSON.parse(config) as JsonObject,
    templateId: templateId === null ? null : fromUuid<TemplateId>(templateId),
  }
}

export function storeTransition(transition: Transition): StoredTransition {
  const { id, fromStepId, toStepId, condition, ...plain } = transition
  return {
    ...plain,
    id: toUuid(id),
    fromStepId: toUuid(fromStepId),
    toStepId: toUuid(toStepId),
    condition: condition === null ? null : JSON.stringify(condition),
  }
}

export function loadTransition(stored: StoredTransition): Transition {
  const { id, fromStepId, toStepId, condition, ...plain } = stored
  return {
    ...plain,
    id: fromUuid<TransitionId>(id),
    fromStepId: fromUuid<StepId>(fromStepId),
    toStepId: fromUuid<StepId>(toStepId),
    condition: condition === null ? null : (JSON.parse(condition) as JsonObject),
  }
}
