import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { ExecutionTrimmer } from '../ports/erasure.js'
import { fromUuid, type StoredId } from './bson.js'
import type { Db } from './driver.js'
import type { ExecutionDocument } from './executionDocument.js'
import type { ExecutionFilter, Executions } from './executionPlaces.js'
import { settleEnds } from './executionStats.js'
import { EXECUTIONS } from './executions.js'

const PAGE = 1_000

/**
 * Removes what ended long ago, workflow by workflow along the index of ends, so that retention needs no index of its
 * own. What ended well is added to its workflow's totals first; entries stay, so that nobody goes in again.
 */
export function createMongoExecutionTrimmer(db: Db): ExecutionTrimmer {
  const executions = db.collection<ExecutionDocument>(EXECUTIONS)
  return {
    trim: async (before) => {
      let removed = 0
      let place: StoredId | null = null
      for (;;) {
        const next = await nextWorkflow(executions, place, before)
        if (next === null) return removed
        place = next.workflowId
        await settleEnds(db, idsOf(next), before)
        removed += await trimWorkflow(executions, next.workflowId, before)
      }
    },
  }
}

type Placed = Pick<ExecutionDocument, 'workflowId' | 'projectId'>

function idsOf({ projectId, workflowId }: Placed) {
  return { projectId: fromUuid<ProjectId>(projectId), workflowId: fromUuid<WorkflowId>(workflowId) }
}

/** The next workflow that has something to remove: one jump in the index. */
function nextWorkflow(executions: Executions, after: StoredId | null, before: Date): Promise<Placed | null> {
  const filter = { completedAt: { $lt: before }, ...(after === null ? {} : { workflowId: { $gt: after } }) }
  return executions.findOne<Placed>(filter as ExecutionFilter, {
    projection: { workflowId: 1, projectId: 1 },
    sort: { workflowId: 1, completedAt: 1 },
    hint: 'byEnd',
  })
}

/** One that was reopened meanwhile has no end any more and stays. */
async function trimWorkflow(executions: Executions, workflowId: StoredId, before: Date): Promise<number> {
  const ended = { workflowId, completedAt: { $lt: before } }
  let removed = 0
  for (;;) {
    const page = await executions
      .find(ended, { projection: { _id: 1 }, hint: 'byEnd', limit: PAGE })
      .toArray()
    const ids = page.map(({ _id }) => _id)
    if (ids.length === 0) return removed
    const { deletedCount } = await executions.deleteMany({ _id: { $in: ids }, ...ended })
    removed += deletedCount
  }
}
