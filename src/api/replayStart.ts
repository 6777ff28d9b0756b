import { type FieldFault, MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { Replay, ReplayStore, ReplayWish } from '../store/ports/replays.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { ProjectId, ReplayId, WorkflowId } from '../workflow/ids.js'
import type { Workflow } from '../workflow/workflow.js'
import { getWorkflow } from './editWorkflow.js'

export interface ReplayStartDeps {
  readonly replays: ReplayStore
  readonly workflows: Pick<WorkflowStore, 'get'>
  readonly clock: Clock
  readonly newId: () => string
}

export interface WishedReplay extends Omit<ReplayWish, 'to'> {
  readonly to: Date | null
}

const NO_COUNTS = { scanned: 0, matched: 0, started: 0, alreadyThere: 0, skipped: 0 }

/**
 * Stores a replay for whoever has the role. Throws what is wrong with the wish, WORKFLOW_NOT_FOUND, or CONFLICT
 * where the workflow cannot be replayed or is being replayed.
 */
export async function startReplay(
  deps: ReplayStartDeps,
  of: { readonly projectId: ProjectId; readonly workflowId: WorkflowId },
  wish: WishedReplay,
): Promise<Replay> {
  const createdAt = deps.clock.now()
  const to = wish.to === null || wish.to > createdAt ? createdAt : wish.to
  checkTimes(wish, createdAt)
  checkWorkflow(await getWorkflow(deps.workflows, of.projectId, of.workflowId), wish)
  const open = { status: 'RUNNING', error: null, completedAt: null } as const
  const progress = { counts: NO_COUNTS, places: null, missingBefore: null }
  const replay: Replay = { id: deps.newId() as ReplayId, ...of, ...wish, to, ...open, ...progress, createdAt }
  const running = await deps.replays.add(replay)
  if (running === null) return replay
  throw new MillraceError('CONFLICT', `Replay ${running} of this workflow is running.`)
}

function checkTimes(wish: WishedReplay, now: Date): void {
  const faults = rangeFaults(wish, now)
  if (faults.length > 0)
    throw new MillraceError('VALIDATION_ERROR', 'The range of time is not one.', { faults })
}

/** Why nothing can lie between these times. */
export function rangeFaults({ from, to }: Pick<WishedReplay, 'from' | 'to'>, now: Date): FieldFault[] {
  const faults: FieldFault[] = []
  if (from >= now) faults.push({ field: 'from', message: 'must be in the past', code: 'invalid_value' })
  if (to !== null && to <= from)
    faults.push({ field: 'to', message: 'must be after from', code: 'invalid_value' })
  return faults
}

function checkWorkflow({ enabled, triggerType }: Workflow, { dryRun }: WishedReplay): void {
  if (triggerType !== 'EVENT')
    throw new MillraceError('CONFLICT', 'The workflow is started by hand: no events start it.')
  if (!enabled && !dryRun) throw new MillraceError('CONFLICT', 'The workflow is disabled.')
}
