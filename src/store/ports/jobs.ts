import type { JobId, ProjectId, WorkflowId } from '../../workflow/ids.js'

/** Long work on a workflow's executions. */
export const JOB_KINDS = ['cancelAll', 'migrate', 'eraseWorkflow'] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** Work that outlives the call and the process that began it: taken over when its lease ends. */
export interface Job {
  readonly id: JobId
  readonly kind: JobKind
  readonly projectId: ProjectId
  readonly workflowId: WorkflowId
  /** What came later is not part of it. */
  readonly cutoff: Date
  /** How far it got, in the words of its kind; null: at the start. */
  readonly place: string | null
  /** What it has done so far. */
  readonly count: number
}

/** Who works on a job, and until when nobody else may. */
export interface JobLease {
  readonly token: string
  readonly until: Date
}

export interface JobStore {
  add(job: Job, lease: JobLease): Promise<void>
  /** One that is open, due and nobody's, which is ours from then on; null: none. */
  take(lease: JobLease, now: Date): Promise<Job | null>
  /** Notes place and count and keeps the lease; false: somebody else has taken the job over. */
  advance(
    id: JobId,
    lease: JobLease,
    done: { readonly place: string | null; readonly count: number },
  ): Promise<boolean>
  /** Gives the job back, to be taken when `dueAt` has come. */
  putBack(id: JobId, token: string, dueAt: Date): Promise<void>
  finish(id: JobId, token: string, now: Date): Promise<void>
}
