import { EXECUTION_STATUSES, type ExecutionStatus, type HistoryEntry } from '../workflow/execution.js'
import type { StepId } from '../workflow/ids.js'
import type { WorkflowNumbers } from './ports/executionStats.js'

/** `n` executions that have the same way behind them and stand alike. */
export interface PathCount {
  readonly status: ExecutionStatus
  /** Where they stand, or stopped. */
  readonly at: StepId | null
  readonly way: readonly Pick<HistoryEntry, 'stepId' | 'branch' | 'status'>[]
  readonly n: number
}

interface StepTally {
  active: number
  passed: number
  failed: number
  readonly branches: Map<string, number>
}

export interface Tally {
  readonly byStatus: Record<ExecutionStatus, number>
  readonly steps: Map<StepId, StepTally>
}

export function emptyTally(): Tally {
  const byStatus = Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, 0]))
  return { byStatus: byStatus as Tally['byStatus'], steps: new Map() }
}

/** Adds executions up, by status and by what became of them at each step. */
export function addPath(tally: Tally, path: PathCount): void {
  tally.byStatus[path.status] += path.n
  for (const entry of path.way) addEntry(stepOf(tally, entry.stepId), entry, path.n)
  addStanding(tally, path)
}

function addEntry(step: StepTally, { status, branch }: PathCount['way'][number], n: number): void {
  if (status === 'FAILED') step.failed += n
  if (status !== 'COMPLETED' && status !== 'SKIPPED') return
  step.passed += n
  if (branch !== null) step.branches.set(branch, (step.branches.get(branch) ?? 0) + n)
}

function addStanding(tally: Tally, { status, at, way, n }: PathCount): void {
  if (at === null) return
  const isActive = status === 'PENDING' || status === 'RUNNING' || status === 'WAITING'
  if (isActive) stepOf(tally, at).active += n
  // What nobody handled has failed without an entry of its own.
  else if (status === 'FAILED' && way.at(-1)?.stepId !== at) stepOf(tally, at).failed += n
}

function stepOf({ steps }: Tally, stepId: StepId): StepTally {
  const known = steps.get(stepId)
  if (known !== undefined) return known
  const step: StepTally = { active: 0, passed: 0, failed: 0, branches: new Map() }
  steps.set(stepId, step)
  return step
}

export function numbersOf({ byStatus, steps }: Tally): WorkflowNumbers {
  return {
    byStatus,
    steps: [...steps].map(([stepId, { branches, ...numbers }]) => ({
      stepId,
      ...numbers,
      branches: Object.fromEntries(branches),
    })),
  }
}
