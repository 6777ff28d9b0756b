import type { ProjectId, ReplayId, WorkflowId } from '../../workflow/ids.js'
import type { JobLease } from './jobs.js'

export const REPLAY_STATUSES = ['RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED'] as const
export type ReplayStatus = (typeof REPLAY_STATUSES)[number]

/** What somebody asked for. */
export interface ReplayWish {
  /** `[from, to)` of the events' broker time. */
  readonly from: Date
  readonly to: Date
  /** `missing`: what the event has not started yet; `rerun`: everything again, under the replay's id. */
  readonly mode: 'missing' | 'rerun'
  /** Mails and webhooks of what it starts. */
  readonly effects: 'send' | 'skip'
  /** What due times of what it starts count from: when a step is entered, or the event's time, going on step by step. */
  readonly timers: 'asIs' | 'fromEvent'
  /** Counts, and starts nothing. */
  readonly dryRun: boolean
  /** Executions started a second; null: the default. */
  readonly ratePerSecond: number | null
}

/** One partition's share: offsets from `start` to `end`, read up to `next`. */
export interface ReplayPlace {
  readonly partition: number
  readonly start: number
  readonly next: number
  /** Up to here executions may have been started already: a crash comes between them and `next`. */
  readonly tried: number
  readonly end: number
}

export interface ReplayCounts {
  /** Events that were read in the range. */
  readonly scanned: number
  /** Those of them that would start the workflow, its trigger's rule included. */
  readonly matched: number
  readonly started: number
  readonly alreadyThere: number
  /** Matched but refused, because re-entry is off; or of the trigger's name, but the contact is gone. */
  readonly skipped: number
}

export interface ReplayProgress {
  readonly counts: ReplayCounts
  /** null: not looked up yet. */
  readonly places: readonly ReplayPlace[] | null
  /** Events before this time may have been in the range, but the topic holds them no longer. */
  readonly missingBefore: Date | null
}

export interface Replay extends ReplayWish, ReplayProgress {
  readonly id: ReplayId
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  readonly status: ReplayStatus
  readonly error: string | null
  readonly createdAt: Date
  readonly completedAt: Date | null
}

/** Replays and who works on them; a lease that ends is taken over. One RUNNING a workflow. */
export interface ReplayStore {
  /** Answers the running one's id where the workflow has one, and stores nothing then; null: stored. */
  add(replay: Replay): Promise<ReplayId | null>
  get(projectId: ProjectId, workflowId: WorkflowId, id: ReplayId): Promise<Replay | null>
  /** Newest first. */
  list(projectId: ProjectId, workflowId: WorkflowId, limit: number): Promise<Replay[]>
  /** RUNNING becomes CANCELLED, at once and for good; false: it is not running. */
  cancel(projectId: ProjectId, id: ReplayId, now: Date): Promise<boolean>
  /** One that runs and is nobody's, which is ours from then on. */
  take(lease: JobLease, now: Date): Promise<Replay | null>
  /** Notes progress and keeps the lease; false: cancelled, or somebody else has taken it over. */
  note(id: ReplayId, lease: JobLease, progress: ReplayProgress): Promise<boolean>
  putBack(id: ReplayId, token: string, now: Date): Promise<void>
  finish(id: ReplayId, token: string, end: ReplayEnd): Promise<void>
}

export interface ReplayEnd {
  readonly status: 'COMPLETED' | 'FAILED'
  readonly error: string | null
  readonly at: Date
}
