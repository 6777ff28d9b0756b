import type { ProjectId, TemplateId, WorkflowId } from '../../workflow/ids.js'
import type { Workflow } from '../../workflow/workflow.js'

export interface WorkflowQuery {
  /** Literal part of name or description, in any case; null: all. */
  readonly search: string | null
  readonly enabled: boolean | null
  readonly sort: 'name' | 'createdAt' | 'updatedAt'
  readonly dir: 'asc' | 'desc'
  readonly skip: number
  readonly limit: number
}

/** Exact to 10,000, beyond that at most 10 s old; live executions only. */
export interface WorkflowCounts {
  /** The TRIGGER is one of them. */
  readonly steps: number
  readonly executions: number
  readonly active: number
}

/** A workflow as lists show it: without its graph. */
export interface WorkflowRow {
  readonly workflow: Omit<Workflow, 'steps' | 'transitions'>
  readonly counts: WorkflowCounts
}

export interface WorkflowPage {
  readonly rows: readonly WorkflowRow[]
  readonly total: number
}

/** 'unknown': one of them is not there; 'active': one has executions that have not ended. Nothing has changed then. */
export type BulkResult = 'done' | 'unknown' | 'active'

/**
 * The API's side of workflows. Every write raises the project's counter in the same transaction, so that engines
 * read again before the next event. Majority with journal.
 */
export interface WorkflowStore {
  insert(projectId: ProjectId, workflow: Workflow): Promise<void>
  get(projectId: ProjectId, id: WorkflowId): Promise<Workflow | null>
  /** Compare-and-set: only where the stored revision is `revision`; false: it is not, or the workflow is gone. */
  replace(projectId: ProjectId, workflow: Workflow, revision: number): Promise<boolean>
  /** Leaves tombstones. `ids` without repeats. */
  remove(projectId: ProjectId, ids: readonly WorkflowId[], now: Date): Promise<BulkResult>
  /** Those that stand so already keep their revision. `ids` without repeats. */
  enable(
    projectId: ProjectId,
    ids: readonly WorkflowId[],
    enabled: boolean,
    now: Date,
  ): Promise<Exclude<BulkResult, 'active'>>
  list(projectId: ProjectId, query: WorkflowQuery): Promise<WorkflowPage>
  usesTemplate(projectId: ProjectId, templateId: TemplateId): Promise<boolean>
}
