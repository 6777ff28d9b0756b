import type { ProjectId, WorkflowId } from './ids.js'
import type { JsonObject } from './json.js'
import type { Step } from './step.js'
import type { Transition } from './transition.js'

export type TriggerType = 'EVENT' | 'MANUAL'

export interface TriggerConfig {
  readonly eventName: string
  /** JSON Logic over `event.*` and `contact.*` that the event must satisfy. */
  readonly rule?: JsonObject
}

/** What an execution runs by: pinned under `workflowId:version` before the first execution needs it. */
export interface Definition {
  readonly workflowId: WorkflowId
  readonly projectId: ProjectId
  readonly version: number
  readonly name: string
  readonly steps: readonly Step[]
  readonly transitions: readonly Transition[]
  /** Why the stored document cannot be read, where somebody edited it to something impossible. */
  readonly fault?: string
}

/** One document: graph and settings. `version` moves with graph and configs, `revision` with every write. */
export interface Workflow {
  readonly id: WorkflowId
  readonly projectId: ProjectId
  readonly key: string
  readonly name: string
  readonly description: string | null
  readonly enabled: boolean
  /** When `enabled` last became true (MongoDB's time): an event recorded before starts nothing. */
  readonly enabledAt: Date | null
  readonly allowReentry: boolean
  readonly triggerType: TriggerType
  readonly triggerConfig: TriggerConfig
  readonly steps: readonly Step[]
  readonly transitions: readonly Transition[]
  readonly version: number
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function definitionOf(workflow: Workflow): Definition {
  const { id: workflowId, projectId, version, name, steps, transitions } = workflow
  return { workflowId, projectId, version, name, steps, transitions }
}
