import { MillraceError } from '../errors.js'
import type { ContactDirectory } from '../store/ports/contactDirectory.js'
import type { DefinitionStore } from '../store/ports/definitions.js'
import type { EntryStore } from '../store/ports/entries.js'
import type { ExecutionDirectory, ExecutionRow } from '../store/ports/executionDirectory.js'
import type { ExecutionStats } from '../store/ports/executionStats.js'
import type { JobStore } from '../store/ports/jobs.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { Execution } from '../workflow/execution.js'
import type { ExecutionId, ProjectId, WorkflowId } from '../workflow/ids.js'
import type { MoveDeps } from './moveExecutions.js'
import { type StepNames, showExecutionRow } from './showExecution.js'

export interface ExecutionDeps extends MoveDeps {
  readonly executionDirectory: ExecutionDirectory
  readonly executionStats: ExecutionStats
  readonly workflows: WorkflowStore
  readonly contacts: Pick<ContactDirectory, 'get' | 'findByEmail' | 'emailsOf'>
  readonly definitions: Pick<DefinitionStore, 'pin'>
  readonly entries: EntryStore
  readonly jobs: JobStore
}

/** Whose execution a path names. */
export interface ExecutionPath {
  readonly projectId: ProjectId
  readonly params: { readonly id: WorkflowId; readonly executionId: ExecutionId }
}

export async function foundExecution(
  { executionDirectory }: Pick<ExecutionDeps, 'executionDirectory'>,
  { projectId, params }: ExecutionPath,
): Promise<Execution> {
  const execution = await executionDirectory.get(projectId, params.id, params.executionId)
  if (execution === null) throw new MillraceError('EXECUTION_NOT_FOUND', 'There is no such execution.')
  return execution
}

export function stepNamesOf(
  { executionDirectory }: Pick<ExecutionDeps, 'executionDirectory'>,
  projectId: ProjectId,
  rows: readonly ExecutionRow[],
): Promise<StepNames> {
  const refs = rows.flatMap(({ workflowId, workflowVersion: version, state }) =>
    state.currentStepId === null ? [] : [{ workflowId, version, stepId: state.currentStepId }],
  )
  return executionDirectory.stepNames(projectId, refs)
}

/** Rows with their contacts' addresses and their steps' names: one call for each. */
export async function showRows(
  deps: Pick<ExecutionDeps, 'executionDirectory' | 'contacts'>,
  projectId: ProjectId,
  rows: readonly ExecutionRow[],
) {
  const contactIds = [...new Set(rows.map(({ contactId }) => contactId))]
  const [emails, names] = await Promise.all([
    deps.contacts.emailsOf(projectId, contactIds),
    stepNamesOf(deps, projectId, rows),
  ])
  return rows.map((row) => showExecutionRow(row, emails.get(row.contactId), names))
}
