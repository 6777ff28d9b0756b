import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { Definition, Workflow } from '../../workflow/workflow.js'

export interface DefinitionKey {
  readonly workflowId: WorkflowId
  readonly version: number
}

export type OnUnreadable = (workflowId: WorkflowId, error: unknown) => void

/** How the engine finds what to run: enabled workflows by project, pinned definitions by version. */
export interface DefinitionStore {
  /** The projects' counters, raised with every write of a workflow; absent: no such project. */
  counters(projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, number>>
  /** Every workflow of these projects that events can start; told of those that cannot be read. */
  enabled(projectIds: readonly ProjectId[], onUnreadable?: OnUnreadable): Promise<Workflow[]>
  /** Inserts the definitions that are not pinned yet. */
  pin(definitions: readonly Definition[]): Promise<void>
  /** One that cannot be read has a `fault` and no steps. */
  pinned(keys: readonly DefinitionKey[]): Promise<Definition[]>
  /** Which of these workflows were deleted (a tombstone stands). */
  deleted(workflowIds: readonly WorkflowId[]): Promise<ReadonlySet<WorkflowId>>
}
