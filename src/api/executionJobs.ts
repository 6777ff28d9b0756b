import { cancel } from '../engine/cancel.js'
import type { ContactExecutions } from '../store/ports/erasure.js'
import type { ExecutionDirectory } from '../store/ports/executionDirectory.js'
import type { Job } from '../store/ports/jobs.js'
import type { Execution } from '../workflow/execution.js'
import { createChunkSender } from './chunkSender.js'
import type { JobWork, Note } from './jobs.js'
import { type MoveDeps, moveExecutions, sendLater } from './moveExecutions.js'

export interface ExecutionJobDeps extends MoveDeps {
  readonly executionDirectory: ExecutionDirectory
}

/** Documents a chunk: some tens of milliseconds, so that requests beside it hardly notice. */
export const CHUNK = 1_000

const BULK_REASON = 'Cancelled by user (bulk cancel)'

/** Cancels what was active at the cut-off: those that are left are always the next chunk. */
export function cancelAllWork(deps: ExecutionJobDeps): JobWork {
  return async (job, note) => {
    const sender = createChunkSender(deps)
    let { count } = job
    for (;;) {
      const page = await activeChunk(deps, job)
      if (page.length === 0) return { type: 'done', count }
      const moved = await cancelThese(deps, page, BULK_REASON)
      sender.add(moved)
      count += moved.length
      if (!(await note({ place: null, count }))) return { type: 'stopped' }
    }
  }
}

function activeChunk({ executionDirectory }: ExecutionJobDeps, job: Job): Promise<Execution[]> {
  const { projectId, workflowId, cutoff } = job
  const query = { workflowId, startedUpTo: cutoff, after: null, limit: CHUNK }
  return executionDirectory.active(projectId, query)
}

function cancelThese(deps: MoveDeps, executions: readonly Execution[], reason: string): Promise<Execution[]> {
  const now = deps.clock.now()
  const planned = executions.flatMap((execution) => {
    const change = cancel(execution, reason, now)
    return change === null ? [] : [{ execution, change }]
  })
  return moveExecutions(deps, planned)
}

/** A batch that matched events before the workflow was deleted may still start executions for so long. */
const SETTLED_MS = 60_000

/** Erases the executions of a deleted workflow at once, and once more when nothing can come in any more. */
export function eraseWorkflowWork(deps: ExecutionJobDeps): JobWork {
  return async (job, note) => {
    const { projectId, workflowId, cutoff } = job
    const count = await eraseAll(deps, job, note)
    if (count === null) return { type: 'stopped' }
    const dueAt = new Date(cutoff.getTime() + SETTLED_MS)
    if (deps.clock.now() < dueAt) return { type: 'later', dueAt }
    await deps.executionDirectory.eraseDefinitions(projectId, workflowId)
    return { type: 'done', count }
  }
}

/** How many are gone; null: stopped before the end. */
async function eraseAll(
  { executionDirectory }: ExecutionJobDeps,
  job: Job,
  note: Note,
): Promise<number | null> {
  let { count } = job
  for (;;) {
    const erased = await executionDirectory.erase(job.projectId, job.workflowId, CHUNK)
    if (erased === 0) return count
    count += erased
    if (!(await note({ place: null, count }))) return null
  }
}

/** Ends what an erased contact is in; all its executions forget what is personal. */
export function createContactExecutions(deps: ExecutionJobDeps): ContactExecutions {
  const { executionDirectory } = deps
  return {
    cancelForContact: async (projectId, contactId, reason) => {
      for (;;) {
        const page = await executionDirectory.activeOf(projectId, contactId, CHUNK)
        if (page.length === 0) break
        sendLater(deps, await cancelThese(deps, page, reason))
      }
      await executionDirectory.forget(projectId, contactId)
    },
  }
}
