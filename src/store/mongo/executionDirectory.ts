import type { Execution, ExecutionStatus } from '../../workflow/execution.js'
import type { ExecutionId, ProjectId, WorkflowId } from '../../workflow/ids.js'
import type {
  ActiveQuery,
  ExecutionDirectory,
  ExecutionPlace,
  ExecutionRow,
  PageQuery,
  WalkQuery,
} from '../ports/executionDirectory.js'
import { fromUuid, toUuid, toUuids } from './bson.js'
import { type Counts, createCounts } from './counts.js'
import type { Db } from './driver.js'
import type { ExecutionDocument } from './executionDocument.js'
import { createErasure } from './executionErasure.js'
import {
  ACTIVE,
  behindPlace,
  type ExecutionFilter,
  type Executions,
  NEWEST_FIRST,
  placesOf,
  statusFilter,
} from './executionPlaces.js'
import { fromDocument } from './executionReads.js'
import { EXECUTIONS } from './executions.js'
import { SCAN, type Walking, walkPlaces } from './executionWalk.js'
import { stepNames } from './stepNames.js'

export function createMongoExecutionDirectory(db: Db, { scan } = { scan: SCAN }): ExecutionDirectory {
  const executions = db.collection<ExecutionDocument>(EXECUTIONS)
  const counts = createCounts()
  return {
    ...createErasure(db, executions),
    page: (projectId, query) => page(executions, counts, projectId, query),
    walk: (projectId, query) => walk({ db, executions, scan }, projectId, query),
    get: async (projectId, workflowId, id) => {
      const document = await executions.findOne(within(projectId, workflowId, [id]))
      return document === null ? null : fromDocument(document)
    },
    startedBy: async (projectId, workflowId, key) => {
      const document = await executions.findOne(startedBy(projectId, workflowId, key), { hint: 'byKey' })
      return document === null ? null : fromDocument(document)
    },
    find: async (projectId, workflowId, ids) =>
      (await executions.find(within(projectId, workflowId, ids)).toArray()).map(fromDocument),
    count: (projectId, workflowId, ids) => executions.countDocuments(within(projectId, workflowId, ids)),
    active: (projectId, query) => active(executions, projectId, query),
    activeOf: async (projectId, contactId, limit) => {
      const filter = { contactId: toUuid(contactId), projectId: toUuid(projectId), status: ACTIVE }
      return firstBatch(executions, filter, { limit, index: 'byContact' })
    },
    stepNames: (projectId, refs) => stepNames(db, projectId, refs),
  }
}

function within(projectId: ProjectId, workflowId: WorkflowId, ids: readonly ExecutionId[]): ExecutionFilter {
  const [project, workflow] = [toUuid(projectId), toUuid(workflowId)]
  return { _id: { $in: toUuids(ids) }, projectId: project, workflowId: workflow, mode: 'live' }
}

function startedBy(projectId: ProjectId, workflowId: WorkflowId, key: string): ExecutionFilter {
  const of = { workflowId: toUuid(workflowId), projectId: toUuid(projectId), mode: 'live' } as const
  return { ...of, 'origin.0': 'manual', 'origin.1': key }
}

async function page(executions: Executions, counts: Counts, projectId: ProjectId, query: PageQuery) {
  const { workflowId, statuses, contactId, skip, limit } = query
  const one = { workflowId: toUuid(workflowId), mode: 'live' } as const
  const chosen = statuses === null ? one : { ...one, status: { $in: [...statuses] } }
  const ofContact = contactId === null ? {} : { contactId: toUuid(contactId) }
  const index = contactId === null ? 'byStatus' : 'byContact'
  const listed = index === 'byContact' ? { ...chosen, ...ofContact } : statusFilter([workflowId], statuses)
  const [places, total] = await Promise.all([
    placesOf(executions, listed, { index, skip, limit }),
    counts.count(executions, { ...chosen, ...ofContact } as ExecutionFilter),
  ])
  return { rows: await rowsAt(executions, projectId, places), total }
}

async function walk(walking: Walking, projectId: ProjectId, query: WalkQuery) {
  const { limit } = query
  const places = await walkPlaces(walking, projectId, query)
  const last = places[limit - 1]
  const next = places.length > limit && last !== undefined ? last : null
  return { rows: await rowsAt(walking.executions, projectId, places.slice(0, limit)), next }
}

/** The rows at these places, in their order; what was erased meanwhile is left out. */
async function rowsAt(
  executions: Executions,
  projectId: ProjectId,
  places: readonly ExecutionPlace[],
): Promise<ExecutionRow[]> {
  if (places.length === 0) return []
  const filter = { _id: { $in: toUuids(places.map(({ id }) => id)) }, projectId: toUuid(projectId) }
  const documents = await executions.find(filter, { projection: { history: 0 } }).toArray()
  const rows = new Map(documents.map((document) => [fromUuid<ExecutionId>(document._id), rowOf(document)]))
  return places.flatMap(({ id }) => rows.get(id) ?? [])
}

function rowOf(document: ExecutionDocument): ExecutionRow {
  const { history: _left, ...row } = fromDocument({ ...document, history: [] })
  return row
}

function active(executions: Executions, projectId: ProjectId, query: ActiveQuery): Promise<Execution[]> {
  const { workflowId, startedUpTo, after, limit } = query
  const statuses: readonly ExecutionStatus[] = ACTIVE.$in
  const filter = {
    ...statusFilter([workflowId], statuses),
    $and: [{ startedAt: { $lte: startedUpTo } }, behindPlace(after), { projectId: toUuid(projectId) }],
  }
  return firstBatch(executions, filter, { limit, index: 'byStatus' })
}

/** At most `limit`, and no more than the server sends at once (16 MiB): none only where there are none. */
async function firstBatch(
  executions: Executions,
  filter: ExecutionFilter,
  { limit, index }: { readonly limit: number; readonly index: string },
): Promise<Execution[]> {
  const cursor = executions.find(filter, { limit, batchSize: limit, hint: index }).sort(NEWEST_FIRST)
  try {
    const first = await cursor.next()
    return first === null ? [] : [first, ...cursor.readBufferedDocuments()].map(fromDocument)
  } finally {
    await cursor.close()
  }
}
