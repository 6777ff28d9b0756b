import type { ContactId, ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { ExecutionDirectory } from '../ports/executionDirectory.js'
import { type StoredId, toUuid } from './bson.js'
import type { Db } from './driver.js'
import { ACTIVE, type Executions } from './executionPlaces.js'
import { WORKFLOW_VERSIONS } from './workflowDocument.js'
import { WORKFLOW_TOTALS } from './workflowTotals.js'

type Erasure = Pick<ExecutionDirectory, 'forget' | 'erase' | 'eraseDefinitions'>

export function createErasure(db: Db, executions: Executions): Erasure {
  return {
    eraseDefinitions: async (projectId, workflowId) => {
      const of = { workflowId: toUuid(workflowId), projectId: toUuid(projectId) }
      await db.collection(WORKFLOW_VERSIONS).deleteMany(of)
      await db.collection<{ _id: StoredId }>(WORKFLOW_TOTALS).deleteOne({ _id: of.workflowId })
    },
    forget: (projectId, contactId) => forget(executions, projectId, contactId),
    erase: (projectId, workflowId, limit) => erase(executions, projectId, workflowId, limit),
  }
}

/** An entry without what may tell about a person. */
const IMPERSONAL = ['output', 'values'].reduce<object | string>(
  (input, field) => ({ $unsetField: { field, input } }),
  {
    $mergeObjects: [
      '$$entry',
      {
        $cond: [{ $eq: [{ $type: '$$entry.error' }, 'object'] }, { error: erased('$$entry.error.code') }, {}],
      },
    ],
  },
)

function erased(code: string): object {
  return { code, message: 'erased' }
}

async function forget(executions: Executions, projectId: ProjectId, contactId: ContactId): Promise<void> {
  const filter = {
    contactId: toUuid(contactId),
    projectId: toUuid(projectId),
    status: { $nin: ACTIVE.$in },
  }
  const set = {
    context: { $literal: {} },
    history: { $map: { input: '$history', as: 'entry', in: IMPERSONAL } },
    owed: { $cond: [{ $isArray: '$owed' }, FACTS_ONLY, '$$REMOVE'] },
    error: { $cond: [{ $eq: [{ $type: '$error' }, 'object'] }, erased('$error.code'), '$$REMOVE'] },
  }
  await executions.updateMany(filter, [{ $set: set }])
}

/** Owed events carry the person's address. */
const FACTS_ONLY = { $filter: { input: '$owed', cond: { $eq: ['$$this.kind', 'fact'] } } }

async function erase(
  executions: Executions,
  projectId: ProjectId,
  workflowId: WorkflowId,
  limit: number,
): Promise<number> {
  const of = { workflowId: toUuid(workflowId), projectId: toUuid(projectId) }
  const found = await executions.find(of, { projection: { _id: 1 }, limit, hint: 'byStatus' }).toArray()
  if (found.length === 0) return 0
  const { deletedCount } = await executions.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } })
  return deletedCount
}
