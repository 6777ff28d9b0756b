import { KEPT_REASONS } from '../engine/migrate.js'
import { MillraceError } from '../errors.js'
import type { ExecutionId, ProjectId } from '../workflow/ids.js'
import type { Workflow } from '../workflow/workflow.js'
import { getWorkflow } from './editWorkflow.js'
import type { ExecutionDeps } from './executionDeps.js'
import { CHUNK, cancelAllWork } from './executionJobs.js'
import { type Kept, type Migrating, migrateActive, migrateThese, migrateTo } from './executionMigrate.js'
import { doJob, type JobResult } from './jobs.js'
import { type Route, route } from './route.js'
import { migrateBody, shownCancelled, shownMigrated } from './schemas/executions.js'
import { workflowParams } from './schemas/workflow.js'

const tag = 'Executions'

/** What people do to all executions of a workflow: jobs, so that a crash does not leave half of it undone. */
export function executionBulkRoutes(deps: ExecutionDeps): Route[] {
  return [cancelAllRoute(deps), migrateRoute(deps)]
}

function cancelAllRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/executions/cancel-all',
    access: 'secret',
    tag,
    summary: 'Cancel all active executions of a workflow',
    description: 'All that are active when it is called; what starts meanwhile goes on.',
    params: workflowParams,
    answers: { 200: { description: 'How many were cancelled', schema: shownCancelled } },
    errors: ['WORKFLOW_NOT_FOUND', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id: workflowId } }) => {
      await getWorkflow(deps.workflows, projectId, workflowId)
      const result = await doJob(deps, { kind: 'cancelAll', projectId, workflowId }, cancelAllWork(deps))
      return { status: 200, body: { cancelled: countOf(result) } }
    },
  })
}

/** Only who let this job's lease run out has lost it: another process goes on with it now. */
function countOf(result: JobResult): number {
  if (result.type === 'done') return result.count
  throw new MillraceError('SERVICE_UNAVAILABLE', 'Another process has taken this over.')
}

function migrateRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/executions/migrate',
    access: 'secret',
    tag,
    summary: 'Let active executions go on by the newest version',
    description:
      'All active ones, or those that are named. A running DELAY or wait keeps its due time and event. What cannot move stays as it is, each with its reason.',
    params: workflowParams,
    body: migrateBody,
    answers: { 200: { description: 'What became of them', schema: shownMigrated(KEPT_REASONS) } },
    errors: ['WORKFLOW_NOT_FOUND', 'EXECUTION_NOT_FOUND', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id }, body }) => {
      const workflow = await getWorkflow(deps.workflows, projectId, id)
      const kept: Kept[] = []
      const migrating = await migrateTo(deps, workflow, (one) => kept.push(one))
      const ids = body?.executionIds
      const migrated =
        ids === undefined
          ? await migrateAll(deps, workflow, migrating)
          : await migrateNamed(deps, { projectId, workflow, ids, migrating })
      return { status: 200, body: { migrated, kept } }
    },
  })
}

async function migrateAll(deps: ExecutionDeps, workflow: Workflow, migrating: Migrating): Promise<number> {
  const { projectId, id: workflowId } = workflow
  return countOf(await doJob(deps, { kind: 'migrate', projectId, workflowId }, migrateActive(migrating)))
}

interface Named {
  readonly projectId: ProjectId
  readonly workflow: Workflow
  readonly ids: readonly ExecutionId[]
  readonly migrating: Migrating
}

/** Refused as a whole where one of them is not there; what has ended stays as it is. */
async function migrateNamed({ executionDirectory }: ExecutionDeps, named: Named): Promise<number> {
  const { projectId, workflow, ids, migrating } = named
  const chunks = Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, n) =>
    ids.slice(n * CHUNK, (n + 1) * CHUNK),
  )
  const known = await Promise.all(
    chunks.map((chunk) => executionDirectory.count(projectId, workflow.id, chunk)),
  )
  if (known.reduce((sum, one) => sum + one, 0) < ids.length)
    throw new MillraceError('EXECUTION_NOT_FOUND', 'One of the executions is not in this workflow.')
  let migrated = 0
  for (const chunk of chunks)
    migrated += await migrateThese(migrating, await executionDirectory.find(projectId, workflow.id, chunk))
  return migrated
}
