import type { Execution, ExecutionStatus } from '../../workflow/execution.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import type { StepType } from '../../workflow/step.js'

/** An execution as lists show it: its history stays where it is. */
export type ExecutionRow = Omit<Execution, 'history'>

/** A row's place in lists: newest first. */
export interface ExecutionPlace {
  readonly startedAt: Date
  readonly id: ExecutionId
}

/** Of one workflow, a page at a time. */
export interface PageQuery {
  readonly workflowId: WorkflowId
  /** Null: any. */
  readonly statuses: readonly ExecutionStatus[] | null
  readonly contactId: ContactId | null
  readonly skip: number
  readonly limit: number
}

/** Of a whole project, from place to place. */
export interface WalkQuery {
  readonly workflowId: WorkflowId | null
  readonly statuses: readonly ExecutionStatus[] | null
  readonly contactId: ContactId | null
  readonly after: ExecutionPlace | null
  readonly limit: number
}

/** Active executions that were there at a cut-off time, in their order in lists. */
export interface ActiveQuery {
  readonly workflowId: WorkflowId
  readonly startedUpTo: Date
  readonly after: ExecutionPlace | null
  readonly limit: number
}

export interface StepName {
  readonly id: StepId
  readonly name: string
  readonly type: StepType
}

/** A step that is asked for: by the name it has now, else by the one it had in this version. */
export interface StepRef {
  readonly workflowId: WorkflowId
  readonly version: number
  readonly stepId: StepId
}

/** The API's side of executions; live ones only. */
export interface ExecutionDirectory {
  /** Newest first. `total` is exact to 10,000, beyond that at most 10 s old. */
  page(
    projectId: ProjectId,
    query: PageQuery,
  ): Promise<{ readonly rows: readonly ExecutionRow[]; readonly total: number }>
  /** Newest first; `next` null: no more. Executions of deleted workflows are not found. */
  walk(
    projectId: ProjectId,
    query: WalkQuery,
  ): Promise<{ readonly rows: readonly ExecutionRow[]; readonly next: ExecutionPlace | null }>
  get(projectId: ProjectId, workflowId: WorkflowId, id: ExecutionId): Promise<Execution | null>
  /** What a manual start with this key began in this workflow. */
  startedBy(projectId: ProjectId, workflowId: WorkflowId, key: string): Promise<Execution | null>
  /** Those of `ids` that are in this workflow. */
  find(projectId: ProjectId, workflowId: WorkflowId, ids: readonly ExecutionId[]): Promise<Execution[]>
  /** How many of `ids` are in this workflow. */
  count(projectId: ProjectId, workflowId: WorkflowId, ids: readonly ExecutionId[]): Promise<number>
  active(projectId: ProjectId, query: ActiveQuery): Promise<Execution[]>
  /** What a contact is in, whatever the workflow. */
  activeOf(projectId: ProjectId, contactId: ContactId, limit: number): Promise<Execution[]>
  /** Empties what is personal in ended executions of a contact: contexts, outputs, values, words of errors. */
  forget(projectId: ProjectId, contactId: ContactId): Promise<void>
  /** Deletes some executions of a workflow, whatever their state; answers how many. */
  erase(projectId: ProjectId, workflowId: WorkflowId, limit: number): Promise<number>
  /** Pinned versions and totals of a deleted workflow, once its executions are gone. */
  eraseDefinitions(projectId: ProjectId, workflowId: WorkflowId): Promise<void>
  /** By step id; what no version knows is missing. */
  stepNames(projectId: ProjectId, refs: readonly StepRef[]): Promise<ReadonlyMap<StepId, StepName>>
}
