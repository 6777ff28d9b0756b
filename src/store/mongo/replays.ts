import type { ProjectId, ReplayId, WorkflowId } from '../../workflow/ids.js'
import type { Replay, ReplayStore } from '../ports/replays.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Collection, type Db, isDuplicateKey } from './driver.js'

const REPLAYS = 'replays'

type Ids = 'id' | 'projectId' | 'workflowId'

/** `dueAt`: from when on anybody may take it; only of those that run. */
interface ReplayDocument extends Omit<Replay, Ids> {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly workflowId: StoredId
  readonly token: string | null
  readonly dueAt?: Date
}

type Replays = Collection<ReplayDocument>

export async function prepareReplays(db: Db): Promise<void> {
  await db.collection<ReplayDocument>(REPLAYS).createIndexes([
    { key: { workflowId: 1, createdAt: -1 } },
    { key: { dueAt: 1 }, partialFilterExpression: { dueAt: { $exists: true } } },
    {
      name: 'oneRunning',
      key: { workflowId: 1 },
      unique: true,
      partialFilterExpression: { status: 'RUNNING' },
    },
  ])
}

export function createMongoReplays(db: Db): ReplayStore {
  const replays = db.collection<ReplayDocument>(REPLAYS)
  return {
    add: (replay) => add(replays, replay),
    get: async (projectId, workflowId, id) => {
      const of = { projectId: toUuid(projectId), workflowId: toUuid(workflowId) }
      const found = await replays.findOne({ _id: toUuid(id), ...of })
      return found === null ? null : load(found)
    },
    list: async (projectId, workflowId, limit) => {
      const of = { workflowId: toUuid(workflowId), projectId: toUuid(projectId) }
      const found = await replays.find(of).sort({ createdAt: -1 }).limit(limit).toArray()
      return found.map(load)
    },
    cancel: async (projectId, id, now) => {
      const running = { _id: toUuid(id), projectId: toUuid(projectId), status: 'RUNNING' as const }
      const set = { $set: { status: 'CANCELLED' as const, completedAt: now }, $unset: { dueAt: 1 as const } }
      return (await replays.updateOne(running, set)).matchedCount === 1
    },
    ...working(replays),
  }
}

/** Retried where the running one ended between the insert and the question for its id. */
async function add(replays: Replays, replay: Replay): Promise<ReplayId | null> {
  if (await inserted(replays, replay)) return null
  const running = { workflowId: toUuid(replay.workflowId), status: 'RUNNING' as const }
  const found = await replays.findOne(running, { projection: { _id: 1 } })
  return found === null ? add(replays, replay) : fromUuid<ReplayId>(found._id)
}

async function inserted(replays: Replays, replay: Replay): Promise<boolean> {
  try {
    await replays.insertOne(store(replay))
    return true
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}

function working(replays: Replays): Pick<ReplayStore, 'take' | 'note' | 'putBack' | 'finish'> {
  const ours = (id: ReplayId, token: string) => ({ _id: toUuid(id), token, status: 'RUNNING' as const })
  return {
    take: async ({ token, until }, now) => {
      const due = { dueAt: { $lte: now } }
      const taken = await replays.findOneAndUpdate(
        due,
        { $set: { token, dueAt: until } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      )
      return taken === null ? null : load(taken)
    },
    note: async (id, { token, until }, progress) => {
      const update = { $set: { ...progress, dueAt: until } }
      return (await replays.updateOne(ours(id, token), update)).matchedCount === 1
    },
    putBack: async (id, token, now) => {
      await replays.updateOne(ours(id, token), { $set: { token: null, dueAt: now } })
    },
    finish: async (id, token, { status, error, at }) => {
      const set = { status, error, completedAt: at, token: null }
      await replays.updateOne(ours(id, token), { $set: set, $unset: { dueAt: 1 } })
    },
  }
}

function store({ id, projectId, workflowId, ...replay }: Replay): ReplayDocument {
  const ids = { _id: toUuid(id), projectId: toUuid(projectId), workflowId: toUuid(workflowId) }
  return { ...ids, ...replay, token: null, dueAt: replay.createdAt }
}

function load({ _id, projectId, workflowId, token: _token, dueAt: _due, ...replay }: ReplayDocument): Replay {
  const ids = { projectId: fromUuid<ProjectId>(projectId), workflowId: fromUuid<WorkflowId>(workflowId) }
  return { id: fromUuid<ReplayId>(_id), ...ids, ...replay }
}
