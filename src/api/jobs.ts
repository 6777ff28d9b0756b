import type { Announcer } from '../events.js'
import type { Clock, Scheduler } from '../store/ports/clock.js'
import type { Job, JobKind, JobLease, JobStore } from '../store/ports/jobs.js'
import { repeat } from '../store/scheduling.js'

/** A chunk of a job takes far less than this; who does not come back for so long has crashed. */
const LEASE_MS = 30_000

export interface JobDeps {
  readonly jobs: JobStore
  readonly clock: Clock
  readonly announcer: Announcer
  readonly newId: () => string
}

/** Notes how far a job is and keeps its lease; false: stop here, it is somebody else's or this process ends. */
export type Note = (done: Pick<Job, 'place' | 'count'>) => Promise<boolean>

/** What became of a job: over, to be gone on with at a later time, or not ours any more. */
export type JobResult =
  | { readonly type: 'done'; readonly count: number }
  | { readonly type: 'later'; readonly dueAt: Date }
  | { readonly type: 'stopped' }

/** Works in chunks, each of which may be done again: a crash comes before its note or behind it. */
export type JobWork = (job: Job, note: Note) => Promise<JobResult>

type NewJob = Pick<Job, 'kind' | 'projectId' | 'workflowId'>

/** Writes the job down and does it here; if this process ends first, another goes on with it. */
export async function doJob(deps: JobDeps, start: NewJob, work: JobWork): Promise<JobResult> {
  const cutoff = deps.clock.now()
  const job: Job = { ...start, id: deps.newId() as Job['id'], cutoff, place: null, count: 0 }
  const token = deps.newId()
  await deps.jobs.add(job, leaseOf(deps, token))
  return workOn(deps, { job, token, work, isStopping: () => false })
}

interface Working {
  readonly job: Job
  readonly token: string
  readonly work: JobWork
  readonly isStopping: () => boolean
}

function leaseOf({ clock }: JobDeps, token: string): JobLease {
  return { token, until: new Date(clock.now().getTime() + LEASE_MS) }
}

async function workOn(deps: JobDeps, { job, token, work, isStopping }: Working): Promise<JobResult> {
  const note: Note = async (done) => {
    const kept = await deps.jobs.advance(job.id, leaseOf(deps, token), done)
    return kept && !isStopping()
  }
  const result = await work(job, note)
  const now = deps.clock.now()
  if (result.type === 'done') await deps.jobs.finish(job.id, token, now)
  else await deps.jobs.putBack(job.id, token, result.type === 'later' ? result.dueAt : now)
  return result
}

export interface JobRunner {
  /** Takes over what is due, one job after the other, until there is none. */
  takeOver(): Promise<void>
  /** Ends the job under way behind its current chunk and gives it back. */
  stop(): Promise<void>
}

export interface RunnerOptions extends JobDeps {
  readonly scheduler: Scheduler
  readonly works: Readonly<Record<JobKind, JobWork>>
  readonly everyMs?: number
}

const EVERY_MS = 5_000

/** Goes on with jobs whose process ended, and does those that nobody waits for. Any number may run. */
export function startJobRunner(options: RunnerOptions): JobRunner {
  const { everyMs = EVERY_MS } = options
  const takeOver = async (isStopping: () => boolean) => {
    while (!isStopping() && (await takeOne(options, isStopping)));
  }
  const { isStopping, stop } = repeat({ ...options, where: 'jobs', everyMs }, takeOver)
  return { takeOver: () => takeOver(isStopping), stop }
}

async function takeOne(options: RunnerOptions, isStopping: () => boolean): Promise<boolean> {
  const token = options.newId()
  const job = await options.jobs.take(leaseOf(options, token), options.clock.now())
  if (job === null) return false
  await workOn(options, { job, token, work: options.works[job.kind], isStopping })
  return true
}
