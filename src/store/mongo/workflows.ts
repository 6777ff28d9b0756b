import type { ProjectId } from '../../workflow/ids.js'
import type { WorkflowPage, WorkflowQuery, WorkflowStore } from '../ports/workflows.js'
import { toUuid } from './bson.js'
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
  const [documents, total] = await Promise.all([
    pageOf(db, filter, query),
    counts.count(workflows(db), filter),
  ])
  const found = documents.map((document) => ({
    workflow: loadSettings(document),
    steps: document.stepCount,
  }))
  const counted = await counts.executions(
    db,
    found.map(({ workflow }) => workflow.id),
  )
  const rows = found.map(({ workflow, steps }) => ({
    workflow,
    counts: { steps, ...(counted.get(workflow.id) ?? { executions: 0, active: 0 }) },
  }))
  return { rows, total }
}

/** Ids first: rows that are skipped are then read from the index alone, never as whole documents. */
async function pageOf(
  db: Db,
  filter: ReturnType<typeof filterOf>,
  query: WorkflowQuery,
): Promise<WorkflowDocument[]> {
  const { sort, dir, skip, limit } = query
  const order = { [sort]: dir === 'asc' ? 1 : -1, _id: dir === 'asc' ? 1 : -1 } as const
  const found = await workflows(db)
    .find(filter, { projection: { _id: 1 }, ...hintOf(query) })
    .sort(order)
    .skip(skip)
    .limit(limit)
    .toArray()
  const projection = { steps: 0, transitions: 0, search: 0, templateIds: 0 }
  const page = { _id: { $in: found.map(({ _id }) => _id) } }
  return workflows(db).find(page, { projection }).sort(order).toArray()
}

/** Without a search the order's own index is best; finding that out by trying all costs more than the list. */
function hintOf({ search, enabled, sort }: WorkflowQuery): { hint?: Record<string, 1> } {
  if (search !== null && search !== '') return {}
  const byStatus = enabled !== null && sort === 'createdAt'
  return { hint: { projectId: 1, ...(byStatus ? { enabled: 1 } : {}), [sort]: 1, _id: 1 } }
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
