import type { JobId } from '../../workflow/ids.js'
import type { Job, JobStore } from '../ports/jobs.js'

interface Kept {
  readonly job: Job
  readonly token: string | null
  /** Null: finished. */
  readonly dueAt: Date | null
}

export function createMemoryJobs(kept: Map<JobId, Kept> = new Map()): JobStore {
  const change = (id: JobId, token: string, make: (before: Kept) => Kept): boolean => {
    const before = kept.get(id)
    if (before === undefined || before.token !== token) return false
    kept.set(id, make(before))
    return true
  }
  return {
    add: async (job, { token, until }) => {
      kept.set(job.id, { job, token, dueAt: until })
    },
    take: async ({ token, until }, now) => {
      const due = [...kept.values()].flatMap(({ job, dueAt }) =>
        dueAt === null || dueAt > now ? [] : { job, dueAt },
      )
      const [first] = due.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
      if (first === undefined) return null
      kept.set(first.job.id, { job: first.job, token, dueAt: until })
      return first.job
    },
    advance: async (id, { token, until }, done) =>
      change(id, token, ({ job }) => ({ job: { ...job, ...done }, token, dueAt: until })),
    putBack: async (id, token, dueAt) => {
      change(id, token, ({ job }) => ({ job, token: null, dueAt }))
    },
    finish: async (id, token) => {
      change(id, token, ({ job }) => ({ job, token: null, dueAt: null }))
    },
  }
}
