import { ACTIVE_STATUSES, EXECUTION_STATUSES, type ExecutionStatus } from '../../workflow/execution.js'
import type { ExecutionId, WorkflowId } from '../../workflow/ids.js'
import type { ExecutionPlace } from '../ports/executionDirectory.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Collection, Filter } from './driver.js'
import type { ExecutionDocument } from './executionDocument.js'

export type Executions = Collection<ExecutionDocument>
export type ExecutionFilter = Filter<ExecutionDocument>

export const NEWEST_FIRST = { startedAt: -1, _id: -1 } as const
export const ACTIVE = { $in: [...ACTIVE_STATUSES] }

/** MongoDB merges at most this many ranges of an index in the order of the list; more would be sorted in memory. */
const MAX_RANGES = 200

/** Live executions of these workflows, as the index `byStatus` has them: one range a workflow and status. */
export function statusFilter(
  workflowIds: readonly WorkflowId[],
  statuses: readonly ExecutionStatus[] | null,
): ExecutionFilter {
  const status = { $in: [...(statuses ?? EXECUTION_STATUSES)] }
  return { workflowId: { $in: toUuids(workflowIds) }, mode: 'live', status }
}

/** Workflows in parts that one query can merge. */
export function mergeable(
  workflowIds: readonly WorkflowId[],
  statuses: readonly ExecutionStatus[] | null,
): WorkflowId[][] {
  const size = Math.floor(MAX_RANGES / (statuses ?? EXECUTION_STATUSES).length)
  const parts: WorkflowId[][] = []
  for (let at = 0; at < workflowIds.length; at += size) parts.push(workflowIds.slice(at, at + size))
  return parts
}

/** The executions behind this place in a list, newest first. */
export function behindPlace(place: ExecutionPlace | null): ExecutionFilter {
  if (place === null) return {}
  const { startedAt, id } = place
  return {
    startedAt: { $lte: startedAt },
    $or: [{ startedAt: { $lt: startedAt } }, { _id: { $lt: toUuid(id) } }],
  }
}

interface PlaceDocument {
  readonly _id: StoredId
  readonly startedAt: Date
}

/** Places only: for `byStatus` the index alone answers, however far out the page lies. */
export async function placesOf(
  executions: Executions,
  filter: ExecutionFilter,
  page: { readonly index: 'byStatus' | 'byContact'; readonly skip: number; readonly limit: number },
): Promise<ExecutionPlace[]> {
  const found = await executions
    .find<PlaceDocument>(filter, { projection: { startedAt: 1 }, hint: page.index })
    .sort(NEWEST_FIRST)
    .skip(page.skip)
    .limit(page.limit)
    .toArray()
  return found.map(({ _id, startedAt }) => ({ startedAt, id: fromUuid<ExecutionId>(_id) }))
}

export function newestFirst(a: ExecutionPlace, b: ExecutionPlace): number {
  return b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1)
}
