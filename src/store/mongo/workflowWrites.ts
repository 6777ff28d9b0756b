import type mongoose from 'mongoose'
import { ACTIVE_STATUSES } from '../../workflow/execution.js'
import { derivedId, type JobId, type ProjectId, type WorkflowId } from '../../workflow/ids.js'
import type { Workflow } from '../../workflow/workflow.js'
import type { BulkResult, WorkflowStore } from '../ports/workflows.js'
import { createQueues } from '../queues.js'
import { type StoredId, toUuid, toUuids } from './bson.js'
import type { Db } from './driver.js'
import { JOBS, type JobDocument, storeJob } from './jobs.js'
import { PROJECTS, type ProjectDocument } from './projects.js'
import { storeWorkflow, WORKFLOW_TOMBSTONES, WORKFLOWS, type WorkflowDocument } from './workflowDocument.js'

type Session = mongoose.mongo.ClientSession

/** A deleted workflow: messages and executions of it that are still about are recognised by it. */
export interface TombstoneDocument {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly deletedAt: Date
}

export type WorkflowWrites = Pick<WorkflowStore, 'insert' | 'replace' | 'remove' | 'enable'>

export function createWorkflowWrites(db: Db): WorkflowWrites {
  const transact = transactions(db)
  return {
    insert: (projectId, workflow) =>
      transact(projectId, async (session) => {
        await workflows(db).insertOne(owned(projectId, workflow), { session })
        return true
      }).then(() => undefined),
    replace: (projectId, workflow, revision) =>
      transact(projectId, async (session) => {
        const filter = { _id: toUuid(workflow.id), projectId: toUuid(projectId), revision }
        const { matchedCount } = await workflows(db).replaceOne(filter, owned(projectId, workflow), {
          session,
        })
        return matchedCount === 1
      }),
    remove: (projectId, ids, now) => remove(db, transact, { projectId, ids, now }),
    enable: (projectId, ids, enabled, now) => enable(db, transact, { projectId, ids, enabled, now }),
  }
}

function workflows(db: Db) {
  return db.collection<WorkflowDocument>(WORKFLOWS)
}

/** The first argument is what counts: a workflow is never written into another project. */
function owned(projectId: ProjectId, workflow: Workflow): WorkflowDocument {
  return storeWorkflow({ ...workflow, projectId })
}

/** Runs a write and raises the project's counter with it; `false`: nothing was written, and the counter stays. */
type Transact = (projectId: ProjectId, write: (session: Session) => Promise<boolean>) => Promise<boolean>

/**
 * One write a project at a time within this process: the counter is one document, and transactions that meet on
 * it abort each other. Between processes MongoDB settles it, and the driver tries again.
 */
function transactions(db: Db): Transact {
  const inTurn = createQueues()
  return (projectId, write) =>
    inTurn(projectId, () =>
      db.client.withSession((session) =>
        session.withTransaction(async () => {
          const wrote = await write(session)
          if (wrote) await raiseCounter(db, projectId, session)
          return wrote
        }, TRANSACTION_OPTIONS),
      ),
    )
}

const TRANSACTION_OPTIONS = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  maxCommitTimeMS: 10_000,
} as const

async function raiseCounter(db: Db, projectId: ProjectId, session: Session): Promise<void> {
  await db
    .collection<ProjectDocument>(PROJECTS)
    .updateOne({ _id: toUuid(projectId) }, { $inc: { workflowsCounter: 1 } }, { session })
}

interface Bulk {
  readonly projectId: ProjectId
  readonly ids: readonly WorkflowId[]
  readonly now: Date
}

async function remove(db: Db, transact: Transact, { projectId, ids, now }: Bulk): Promise<BulkResult> {
  const _ids = toUuids(ids)
  const project = toUuid(projectId)
  let result: BulkResult = 'done'
  await transact(projectId, async (session) => {
    result = await obstacle(db, { projectId, ids, now }, session)
    if (result !== 'done') return false
    await workflows(db).deleteMany({ _id: { $in: _ids }, projectId: project }, { session })
    const tombstones = _ids.map((_id) => ({ _id, projectId: project, deletedAt: now }))
    await db.collection<TombstoneDocument>(WORKFLOW_TOMBSTONES).insertMany(tombstones, { session })
    await db.collection<JobDocument>(JOBS).insertMany(erasures({ projectId, ids, now }), { session })
    return true
  })
  return result
}

/** What is left of a deleted workflow's executions goes in the background. */
function erasures({ projectId, ids, now }: Bulk): JobDocument[] {
  return ids.map((workflowId) => {
    const id = derivedId<JobId>(['job', 'eraseWorkflow', workflowId])
    return storeJob({ id, kind: 'eraseWorkflow', projectId, workflowId, cutoff: now, place: null, count: 0 })
  })
}

async function obstacle(db: Db, bulk: Bulk, session: Session): Promise<BulkResult> {
  if (!(await allThere(db, bulk, session))) return 'unknown'
  const active = {
    workflowId: { $in: toUuids(bulk.ids) },
    mode: 'live',
    status: { $in: [...ACTIVE_STATUSES] },
  }
  const one = await db.collection('executions').findOne(active, { session, projection: { _id: 1 } })
  return one === null ? 'done' : 'active'
}

async function allThere(db: Db, { projectId, ids }: Bulk, session: Session): Promise<boolean> {
  const filter = { _id: { $in: toUuids(ids) }, projectId: toUuid(projectId) }
  return (await workflows(db).countDocuments(filter, { session })) === ids.length
}

async function enable(
  db: Db,
  transact: Transact,
  bulk: Bulk & { readonly enabled: boolean },
): Promise<'done' | 'unknown'> {
  const { projectId, ids, enabled, now } = bulk
  let known = false
  await transact(projectId, async (session) => {
    known = await allThere(db, bulk, session)
    if (!known) return false
    const changing = { _id: { $in: toUuids(ids) }, projectId: toUuid(projectId), enabled: !enabled }
    const set = { enabled, updatedAt: now, ...(enabled ? { enabledAt: now } : {}) }
    await workflows(db).updateMany(changing, { $set: set, $inc: { revision: 1 } }, { session })
    return true
  })
  return known ? 'done' : 'unknown'
}
