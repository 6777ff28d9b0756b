import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { ExecutionPlace, WalkQuery } from '../ports/executionDirectory.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Db } from './driver.js'
import {
  behindPlace,
  type ExecutionFilter,
  type Executions,
  mergeable,
  NEWEST_FIRST,
  newestFirst,
  placesOf,
  statusFilter,
} from './executionPlaces.js'
import { WORKFLOWS, type WorkflowDocument } from './workflowDocument.js'

/** Executions of a project that are looked at in their order before each workflow is asked by itself. */
export const SCAN = 1_000

export interface Walking {
  readonly db: Db
  readonly executions: Executions
  readonly scan: number
}

/** One place more than the page has, where there is one. */
export async function walkPlaces(
  walking: Walking,
  projectId: ProjectId,
  query: WalkQuery,
): Promise<ExecutionPlace[]> {
  const { contactId, workflowId } = query
  if (contactId === null && workflowId === null) {
    const newest = await newestOf(walking, projectId, query)
    if (newest !== null) return newest
  }
  return merged(walking, await partsOf(walking, projectId, query), query)
}

interface Scanned {
  readonly _id: StoredId
  readonly workflowId: StoredId
  readonly startedAt: Date
  readonly status: string
  readonly mode: string
}

/** From the project's executions in their order; null: the page does not lie in what was looked at. */
async function newestOf(
  { db, executions, scan }: Walking,
  projectId: ProjectId,
  { statuses, after, limit }: WalkQuery,
): Promise<ExecutionPlace[] | null> {
  const most = statuses === null ? limit + 1 : Math.max(scan, limit + 1)
  const scanned = await executions
    .find<Scanned>({ projectId: toUuid(projectId), ...behindPlace(after) } as ExecutionFilter, {
      projection: { workflowId: 1, startedAt: 1, status: 1, mode: 1 },
      hint: 'byProject',
    })
    .sort(NEWEST_FIRST)
    .limit(most)
    .toArray()
  const wanted: readonly string[] | null = statuses
  const chosen = scanned
    .filter(({ status, mode }) => mode === 'live' && (wanted === null || wanted.includes(status)))
    .slice(0, limit + 1)
  const isWhole = chosen.length > limit || scanned.length < most
  // Executions of a deleted workflow are there until they are erased.
  if (!isWhole || !(await allThere(db, projectId, chosen))) return null
  return chosen.map(({ _id, startedAt }) => ({ startedAt, id: fromUuid(_id) }))
}

async function allThere(db: Db, projectId: ProjectId, places: readonly Scanned[]): Promise<boolean> {
  const ids = [...new Set(places.map(({ workflowId }) => fromUuid<WorkflowId>(workflowId)))]
  const filter = { _id: { $in: toUuids(ids) }, projectId: toUuid(projectId) }
  return (await db.collection<WorkflowDocument>(WORKFLOWS).countDocuments(filter)) === ids.length
}

/** A query for each part of a project's workflows; their answers are merged. */
interface Part {
  readonly filter: ExecutionFilter
  readonly index: 'byStatus' | 'byContact'
}

async function partsOf(
  { db }: Walking,
  projectId: ProjectId,
  { contactId, workflowId, statuses }: WalkQuery,
): Promise<Part[]> {
  const workflows = await workflowIds(db, projectId, workflowId)
  if (contactId === null) {
    const parts = mergeable(workflows, statuses)
    return parts.map((ids) => ({ filter: statusFilter(ids, statuses), index: 'byStatus' }))
  }
  const person = { contactId: toUuid(contactId), projectId: toUuid(projectId) }
  return [{ filter: { ...person, ...statusFilter(workflows, statuses) }, index: 'byContact' }]
}

/** The project's workflows, or the one that is asked for if it is the project's. */
async function workflowIds(db: Db, projectId: ProjectId, only: WorkflowId | null): Promise<WorkflowId[]> {
  const filter = { projectId: toUuid(projectId), ...(only === null ? {} : { _id: toUuid(only) }) }
  const found = await db
    .collection<WorkflowDocument>(WORKFLOWS)
    .find(filter, { projection: { _id: 1 } })
    .toArray()
  return found.map(({ _id }) => fromUuid<WorkflowId>(_id))
}

async function merged(
  { executions }: Walking,
  parts: readonly Part[],
  { after, limit }: WalkQuery,
): Promise<ExecutionPlace[]> {
  const behind = behindPlace(after)
  const found = await Promise.all(
    parts.map(({ filter, index }) =>
      placesOf(executions, { ...filter, ...behind }, { index, skip: 0, limit: limit + 1 }),
    ),
  )
  return found.flat().sort(newestFirst)
}
