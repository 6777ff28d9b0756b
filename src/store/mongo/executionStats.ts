import type mongoose from 'mongoose'
import type { ExecutionStatus, HistoryEntry } from '../../workflow/execution.js'
import type { ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import { addPath, numbersOf, type PathCount } from '../pathTally.js'
import type { Clock } from '../ports/clock.js'
import type { ExecutionStats, WorkflowNumbers } from '../ports/executionStats.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import type { Db } from './driver.js'
import type { ExecutionDocument } from './executionDocument.js'
import type { ExecutionFilter, Executions } from './executionPlaces.js'
import { EXECUTIONS } from './executions.js'
import { keepWhile } from './keepWhile.js'
import { readTotals, type Totals, writeTotals } from './workflowTotals.js'

/** Final ends are added up once, in the order of ends; what may still change is counted anew every time. */
const FINAL: ExecutionStatus[] = ['COMPLETED', 'CANCELLED']
const CHANGING: ExecutionStatus[] = ['PENDING', 'RUNNING', 'WAITING', 'FAILED']

/** An end may become visible this much after the time that it carries; only what is older is added up for good. */
const SETTLED_MS = 60_000

export interface StatsLimits {
  /** Fewer ends than this are not worth a write: they are counted anew. */
  readonly least: number
  /** Ends that are added up at once. */
  readonly most: number
}

const LIMITS: StatsLimits = { least: 1_000, most: 50_000 }

interface Counting {
  readonly db: Db
  readonly executions: Executions
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly limits: StatsLimits
}

/**
 * Reads every final end once in its life, when its workflow is first looked at after it, and on every count what is
 * active, FAILED or has just ended: about 5 s for a million documents. Nobody looks: it costs nothing.
 */
export function createMongoExecutionStats(
  db: Db,
  clock: Clock,
  limits: StatsLimits = LIMITS,
): ExecutionStats {
  const executions = db.collection<ExecutionDocument>(EXECUTIONS)
  const count = async (projectId: ProjectId, workflowId: WorkflowId): Promise<WorkflowNumbers> => {
    const counting = { db, executions, projectId, workflowId, limits }
    const settled = new Date(clock.now().getTime() - SETTLED_MS)
    return countNow(counting, await catchUp(counting, settled))
  }
  const kept = keepWhile<WorkflowNumbers>()
  return {
    of: (projectId, workflowId) => kept(`${projectId}:${workflowId}`, () => count(projectId, workflowId)),
  }
}

/** Adds up every end up to `until`, however few: they are about to be removed. */
export async function settleEnds(
  db: Db,
  of: { readonly projectId: ProjectId; readonly workflowId: WorkflowId },
  until: Date,
): Promise<void> {
  const executions = db.collection<ExecutionDocument>(EXECUTIONS)
  await catchUp({ ...of, db, executions, limits: { ...LIMITS, least: 1 } }, until)
}

async function catchUp(counting: Counting, settled: Date): Promise<Totals> {
  const { db } = counting
  for (;;) {
    const totals = await readTotals(db, counting)
    const until = await boundBehind(counting, totals.until, settled)
    if (until === null) return totals
    const ends = endsIn(counting, { $gt: totals.until, $lte: until })
    for (const path of await pathsOf(counting.executions, ends, { hint: 'byEnd' }))
      addPath(totals.tally, path)
    await writeTotals(db, counting, totals.until, { until, tally: totals.tally })
  }
}

/** The time up to which ends are added up next; null: there are too few. */
async function boundBehind(counting: Counting, after: Date, settled: Date): Promise<Date | null> {
  if (settled <= after) return null
  const { least, most } = counting.limits
  const range = { $gt: after, $lte: settled }
  if ((await endAt(counting, range, least - 1)) === null) return null
  return (await endAt(counting, range, most - 1)) ?? settled
}

interface EndRange {
  readonly $gt: Date
  readonly $lte?: Date
}

function endsIn({ workflowId }: Counting, completedAt: EndRange): ExecutionFilter {
  return { workflowId: toUuid(workflowId), completedAt, mode: 'live', status: { $in: FINAL } }
}

/** When the end at this place within the range was; the index alone answers. */
async function endAt(counting: Counting, completedAt: EndRange, skip: number): Promise<Date | null> {
  const [found] = await counting.executions
    .find({ workflowId: toUuid(counting.workflowId), completedAt }, { hint: 'byEnd' })
    .project<{ completedAt: Date }>({ _id: 0, completedAt: 1 })
    .sort({ workflowId: 1, completedAt: 1 })
    .skip(skip)
    .limit(1)
    .toArray()
  return found?.completedAt ?? null
}

/** Both parts at one moment, so that what ends meanwhile is in exactly one of them. */
async function countNow(counting: Counting, { until, tally }: Totals): Promise<WorkflowNumbers> {
  const { db, executions, workflowId } = counting
  const changing = { workflowId: toUuid(workflowId), mode: 'live', status: { $in: CHANGING } } as const
  const session = db.client.startSession({ snapshot: true })
  try {
    for (const path of await pathsOf(executions, changing, { hint: 'byStatus', session }))
      addPath(tally, path)
    const ends = endsIn(counting, { $gt: until })
    for (const path of await pathsOf(executions, ends, { hint: 'byEnd', session })) addPath(tally, path)
  } finally {
    await session.endSession()
  }
  return numbersOf(tally)
}

interface GroupedPaths {
  readonly _id: {
    readonly status: ExecutionStatus
    readonly at?: StoredId
    readonly steps: readonly StepId[]
    readonly branches: readonly (string | null)[]
    readonly outcomes: readonly HistoryEntry['status'][]
  }
  readonly n: number
}

/** One group for each way through the graph that somebody took: far fewer than there are executions. */
const GROUP = {
  $group: {
    _id: {
      status: '$status',
      at: '$currentStepId',
      steps: '$history.stepId',
      branches: '$history.branch',
      outcomes: '$history.status',
    },
    n: { $sum: 1 },
  },
}

async function pathsOf(
  executions: Executions,
  filter: ExecutionFilter,
  options: mongoose.mongo.AggregateOptions,
): Promise<PathCount[]> {
  const groups = executions.aggregate<GroupedPaths>([{ $match: filter }, GROUP], {
    ...options,
    allowDiskUse: true,
  })
  return (await groups.toArray()).map(({ _id, n }) => ({
    status: _id.status,
    at: _id.at === undefined ? null : fromUuid<StepId>(_id.at),
    way: _id.steps.map((stepId, index) => ({
      stepId,
      branch: _id.branches[index] ?? null,
      status: _id.outcomes[index] ?? 'COMPLETED',
    })),
    n,
  }))
}
