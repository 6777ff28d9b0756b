import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { WorkflowPage, WorkflowQuery, WorkflowStore } from '../ports/workflows.js'
import { fromUuid, toUuid } from './bson.js'
import { type Counts, createCounts } from './counts.js'
import type { Db } from './driver.js'
import {
  loadSettings,
  loadWorkflow,
  WORKFLOW_TOMBSTONES,
  WORKFLOW_VERSIONS,
  WORKFLOWS,
  type WorkflowDocument,
} from './workflowDocument.js'
import { createWorkflowWrites } from './workflowWrites.js'

export function createMongoWorkflows(db: Db): WorkflowStore {
  const counts = createCounts()
  return {
    ...createWorkflowWrites(db),
    get: async (projectId, id) => {
      const document = await workflows(db).findOne({ _id: toUuid(id), projectId: toUuid(projectId) })
      return document === null ? null : loadWorkflow(document)
    },
    list: (projectId, query) => list(db, counts, projectId, query),
    usesTemplate: async (projectId, templateId) => {
      const filter = { projectId: toUuid(projectId), templateIds: toUuid(templateId) }
      return (await workflows(db).findOne(filter, { projection: { _id: 1 } })) !== null
    },
  }
}

/** One index for each order of the list, and those that the search, the templates and the engine's table go by. */
export async function prepareWorkflows(db: Db): Promise<void> {
  await workflows(db).createIndexes([
    { key: { projectId: 1, createdAt: 1, _id: 1 } },
    { key: { projectId: 1, updatedAt: 1, _id: 1 } },
    { key: { projectId: 1, name: 1, _id: 1 } },
    { key: { projectId: 1, search: 1 } },
    { key: { projectId: 1, templateIds: 1 } },
    { key: { projectId: 1, enabled: 1, createdAt: 1, _id: 1 } },
  ])
  await db.collection(WORKFLOW_TOMBSTONES).createIndex({ deletedAt: 1 })
  await db.collection(WORKFLOW_VERSIONS).createIndex({ workflowId: 1 })
}

function workflows(db: Db) {
  return db.collection<WorkflowDocument>(WORKFLOWS)
}

/** The longest text a row can hold: what is longer is found nowhere, and would be more than a pattern may have. */
const MAX_SEARCH = 1_000

async function list(
  db: Db,
  counts: Counts,
  projectId: ProjectId,
  query: WorkflowQuery,
): Promise<WorkflowPage> {
  if (isInNoText(query.search)) return { rows: [], total: 0 }
  const filter = filterOf(projectId, query)
  const direction = query.dir === 'asc' ? 1 : -1
  const [documents, total] = await Promise.all([
    workflows(db)
      .find(filter, { projection: { steps: 0, transitions: 0, search: 0, templateIds: 0 } })
      .sort({ [query.sort]: direction, _id: direction })
      .skip(query.skip)
      .limit(query.limit)
      .toArray(),
    counts.count(workflows(db), filter),
  ])
  const rows = documents.map(async (document) => ({
    workflow: loadSettings(document),
    counts: {
      steps: document.stepCount,
      ...(await counts.executions(db, fromUuid<WorkflowId>(document._id))),
    },
  }))
  return { rows: await Promise.all(rows), total }
}

function filterOf(projectId: ProjectId, { search, enabled }: WorkflowQuery) {
  return {
    projectId: toUuid(projectId),
    ...(search === null || search === '' ? {} : { search: { $regex: literal(search.toLowerCase()) } }),
    ...(enabled === null ? {} : { enabled }),
  }
}

/** Names and descriptions never hold NUL, and patterns cannot. */
function isInNoText(search: string | null): boolean {
  return search !== null && (search.length > MAX_SEARCH || search.includes('\0'))
}

/** A pattern that means just these characters. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#\s-]/g, '\\$&')
}
