import type { JobId, ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { Job, JobKind, JobStore } from '../ports/jobs.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import type { Db } from './driver.js'

export const JOBS = 'jobs'
const KEEP_SECONDS = 7 * 86_400

/** `dueAt`: from when on anybody may take it; while it is leased, when the lease ends. Finished ones have none. */
export interface JobDocument {
  readonly _id: StoredId
  readonly kind: JobKind
  readonly projectId: StoredId
  readonly workflowId: StoredId
  readonly cutoff: Date
  readonly place: string | null
  readonly count: number
  readonly token: string | null
  readonly dueAt?: Date
  readonly finishedAt?: Date
}

export async function prepareJobs(db: Db): Promise<void> {
  await db.collection<JobDocument>(JOBS).createIndexes([
    { key: { dueAt: 1 }, partialFilterExpression: { dueAt: { $exists: true } } },
    { key: { finishedAt: 1 }, expireAfterSeconds: KEEP_SECONDS },
  ])
}

export function createMongoJobs(db: Db): JobStore {
  const jobs = db.collection<JobDocument>(JOBS)
  return {
    add: async (job, { token, until }) => {
      await jobs.insertOne({ ...storeJob(job), token, dueAt: until })
    },
    take: async ({ token, until }, now) => {
      const set = { $set: { token, dueAt: until } }
      const taken = await jobs.findOneAndUpdate({ dueAt: { $lte: now } }, set, { sort: { dueAt: 1 } })
      return taken === null ? null : loadJob(taken)
    },
    advance: async (id, { token, until }, done) => {
      const { matchedCount } = await jobs.updateOne(
        { _id: toUuid(id), token },
        { $set: { ...done, dueAt: until } },
      )
      return matchedCount === 1
    },
    putBack: async (id, token, dueAt) => {
      await jobs.updateOne({ _id: toUuid(id), token }, { $set: { token: null, dueAt } })
    },
    finish: async (id, token, now) => {
      const update = { $set: { token: null, finishedAt: now }, $unset: { dueAt: 1 } } as const
      await jobs.updateOne({ _id: toUuid(id), token }, update)
    },
  }
}

/** A job that nobody works on yet. */
export function storeJob({ id, projectId, workflowId, kind, cutoff, place, count }: Job): JobDocument {
  const ids = { _id: toUuid(id), projectId: toUuid(projectId), workflowId: toUuid(workflowId) }
  return { ...ids, kind, cutoff, place, count, token: null, dueAt: cutoff }
}

function loadJob({ _id, projectId, workflowId, kind, cutoff, place, count }: JobDocument): Job {
  const ids = { projectId: fromUuid<ProjectId>(projectId), workflowId: fromUuid<WorkflowId>(workflowId) }
  return { id: fromUuid<JobId>(_id), ...ids, kind, cutoff, place, count }
}
