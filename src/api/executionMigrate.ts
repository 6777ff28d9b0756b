import { type Compiled, compile } from '../engine/compile.js'
import { type KeptReason, migrate } from '../engine/migrate.js'
import { MillraceError } from '../errors.js'
import type { PlannedDocument } from '../store/applyChanges.js'
import type { DefinitionStore } from '../store/ports/definitions.js'
import type { ExecutionPlace } from '../store/ports/executionDirectory.js'
import type { Job } from '../store/ports/jobs.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { Execution } from '../workflow/execution.js'
import { type ExecutionId, parseId } from '../workflow/ids.js'
import { definitionOf, type Workflow } from '../workflow/workflow.js'
import { type ChunkSender, createChunkSender } from './chunkSender.js'
import { CHUNK, type ExecutionJobDeps } from './executionJobs.js'
import type { JobWork } from './jobs.js'
import { moveExecutions } from './moveExecutions.js'

export interface MigrateDeps extends ExecutionJobDeps {
  readonly workflows: Pick<WorkflowStore, 'get'>
  readonly definitions: Pick<DefinitionStore, 'pin'>
}

export interface Kept {
  readonly executionId: ExecutionId
  readonly reason: KeptReason
}

export interface Migrating {
  readonly deps: MigrateDeps
  readonly target: Compiled
  readonly sender: ChunkSender
  readonly onKept: (kept: Kept) => void
}

/** The workflow's newest version, pinned: what an execution goes by must outlive the next edit. */
export async function migrateTo(
  deps: MigrateDeps,
  workflow: Workflow,
  onKept: Migrating['onKept'],
): Promise<Migrating> {
  const definition = definitionOf(workflow)
  const target = compile(definition)
  if (target === null) throw new MillraceError('CONFLICT', 'The workflow has no TRIGGER.')
  await deps.definitions.pin([definition])
  return { deps, target, sender: createChunkSender(deps), onKept }
}

/** Takes the newest version as it is now; whoever takes the job over has nobody to tell what was kept. */
export function migrateWork(deps: MigrateDeps): JobWork {
  return async (job, note) => {
    const workflow = await deps.workflows.get(job.projectId, job.workflowId)
    if (workflow === null) return { type: 'done', count: job.count }
    return migrateActive(await migrateTo(deps, workflow, () => undefined))(job, note)
  }
}

/** Goes once through what was active at the cut-off, newest first. */
export function migrateActive(migrating: Migrating): JobWork {
  return async (job, note) => {
    let { count } = job
    let after = readPlace(job.place)
    for (;;) {
      const page = await activeBehind(migrating, job, after)
      const last = page.at(-1)
      if (last === undefined) return { type: 'done', count }
      count += await migrateThese(migrating, page)
      after = { startedAt: last.startedAt, id: last.id }
      if (!(await note({ place: writePlace(after), count }))) return { type: 'stopped' }
    }
  }
}

function activeBehind({ deps }: Migrating, job: Job, after: ExecutionPlace | null): Promise<Execution[]> {
  const { projectId, workflowId, cutoff } = job
  return deps.executionDirectory.active(projectId, { workflowId, startedUpTo: cutoff, after, limit: CHUNK })
}

function writePlace({ startedAt, id }: ExecutionPlace): string {
  return `${startedAt.getTime()} ${id}`
}

function readPlace(place: string | null): ExecutionPlace | null {
  const [time = '', text = ''] = place?.split(' ') ?? []
  const id = parseId<ExecutionId>(text)
  return id === null ? null : { startedAt: new Date(Number(time)), id }
}

/** Each round loses to transitions of the same executions only, so this many are never needed. */
const MAX_ROUNDS = 100

/** Decides anew on what the engine was faster with, until each has moved or is kept; answers how many moved. */
export async function migrateThese(migrating: Migrating, executions: readonly Execution[]): Promise<number> {
  const { deps, sender } = migrating
  let left = executions
  let moved = 0
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_ROUNDS)
      throw new MillraceError('SERVICE_UNAVAILABLE', 'Executions are moving too fast to be migrated.')
    const planned = plan(migrating, left)
    const done = await moveExecutions(deps, planned)
    sender.add(done)
    moved += done.length
    const gone = new Set(done.map(({ id }) => id))
    left = await readAgain(
      deps,
      planned.filter(({ execution }) => !gone.has(execution.id)),
    )
  }
  return moved
}

function plan({ target, onKept }: Migrating, executions: readonly Execution[]): PlannedDocument[] {
  return executions.flatMap((execution) => {
    const migration = migrate(execution, target)
    if (migration.do === 'keep') onKept({ executionId: execution.id, reason: migration.reason })
    return migration.do === 'move' ? [{ execution, change: migration.change }] : []
  })
}

function readAgain({ executions }: MigrateDeps, lost: readonly PlannedDocument[]): Promise<Execution[]> {
  return lost.length === 0 ? Promise.resolve([]) : executions.read(lost.map(({ execution }) => execution.id))
}
