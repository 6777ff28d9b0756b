import type { ExecutionStatus } from '../../workflow/execution.js'
import type { ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'

export interface StepNumbers {
  readonly stepId: StepId
  /** Executions that stand at it now. */
  readonly active: number
  /** Executions that left it, by any branch. */
  readonly passed: number
  readonly failed: number
  /** Of those that passed, how many by which branch. */
  readonly branches: Readonly<Record<string, number>>
}

export interface WorkflowNumbers {
  readonly byStatus: Readonly<Record<ExecutionStatus, number>>
  /** Only steps that some execution has come to. */
  readonly steps: readonly StepNumbers[]
}

/** How a workflow's live executions fare. */
export interface ExecutionStats {
  /** At most 10 s old. */
  of(projectId: ProjectId, workflowId: WorkflowId): Promise<WorkflowNumbers>
}
