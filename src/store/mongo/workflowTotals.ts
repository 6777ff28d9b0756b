import type { StepId } from '../../workflow/ids.js'
import { emptyTally, type Tally } from '../pathTally.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Db, isDuplicateKey } from './driver.js'

export const WORKFLOW_TOTALS = 'workflowTotals'

interface StoredStepTotals {
  readonly id: StoredId
  readonly passed: number
  readonly failed: number
  /** Pairs: a branch may be called anything, which names of fields may not. */
  readonly branches: readonly (readonly [string, number])[]
}

interface TotalsDocument {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly until: Date
  readonly completed: number
  readonly cancelled: number
  readonly steps: readonly StoredStepTotals[]
}

/** All executions of a workflow that came to their final end up to `until`. */
export interface Totals {
  readonly until: Date
  readonly tally: Tally
}

interface Of {
  readonly projectId: string
  readonly workflowId: string
}

const BEGINNING = new Date(0)

export async function readTotals(db: Db, { projectId, workflowId }: Of): Promise<Totals> {
  const filter = { _id: toUuid(workflowId), projectId: toUuid(projectId) }
  const found = await db.collection<TotalsDocument>(WORKFLOW_TOTALS).findOne(filter)
  return found === null ? { until: BEGINNING, tally: emptyTally() } : loadTotals(found)
}

/** Only where the stored ones still end at `before`: of several that add up the same, one is kept. */
export async function writeTotals(
  db: Db,
  { projectId, workflowId }: Of,
  before: Date,
  totals: Totals,
): Promise<void> {
  const collection = db.collection<TotalsDocument>(WORKFLOW_TOTALS)
  const filter = { _id: toUuid(workflowId), until: before }
  const set = { projectId: toUuid(projectId), ...storeTotals(totals) }
  try {
    await collection.updateOne(filter, { $set: set }, { upsert: before.getTime() === BEGINNING.getTime() })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}

function storeTotals({ until, tally }: Totals): Omit<TotalsDocument, '_id' | 'projectId'> {
  const steps = [...tally.steps].map(([id, { passed, failed, branches }]) => ({
    id: toUuid(id),
    passed,
    failed,
    branches: [...branches],
  }))
  return { until, completed: tally.byStatus.COMPLETED, cancelled: tally.byStatus.CANCELLED, steps }
}

function loadTotals({ until, completed, cancelled, steps }: TotalsDocument): Totals {
  const { byStatus } = emptyTally()
  const entries = steps.map(({ id, passed, failed, branches }) => {
    const step = { active: 0, passed, failed, branches: new Map(branches) }
    return [fromUuid<StepId>(id), step] as const
  })
  const tally = {
    byStatus: { ...byStatus, COMPLETED: completed, CANCELLED: cancelled },
    steps: new Map(entries),
  }
  return { until, tally }
}
