import mongoose from 'mongoose'
import type { LetterId, ProjectId } from '../../workflow/ids.js'
import type { DeadLetterStore, Letter, LetterFilter, LetterPlace } from '../ports/deadLetters.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Collection, type Db, type Filter, insertMissing } from './driver.js'

const DEAD_LETTERS = 'deadLetters'
/** As long as the topic keeps them. */
const KEEP_SECONDS = 90 * 86_400
const { Binary } = mongoose.mongo
type StoredBytes = InstanceType<typeof Binary>

interface LetterDocument extends Omit<Letter, 'id' | 'projectId' | 'key' | 'value' | 'headers'> {
  readonly _id: StoredId
  readonly projectId: StoredId | null
  readonly key: StoredBytes | null
  readonly value: StoredBytes | null
  /** Names and texts as pairs: names may hold dots and dollars. */
  readonly headers: readonly (readonly [string, string])[]
}

type Letters = Collection<LetterDocument>

export async function prepareDeadLetters(db: Db): Promise<void> {
  await db
    .collection<LetterDocument>(DEAD_LETTERS)
    .createIndexes([
      { key: { projectId: 1, parkedAt: -1, _id: -1 } },
      { key: { parkedAt: -1, _id: -1 } },
      { name: 'retention', key: { parkedAt: 1 }, expireAfterSeconds: KEEP_SECONDS },
    ])
}

export function createMongoDeadLetters(db: Db): DeadLetterStore {
  const letters = db.collection<LetterDocument>(DEAD_LETTERS)
  return {
    add: async (list) => {
      await insertMissing(letters, list.map(store))
    },
    get: async (projectId, id) => {
      const found = await letters.findOne({ _id: toUuid(id), ...ofProject(projectId) })
      return found === null ? null : load(found)
    },
    list: (filter, page) => list(letters, filter, page),
    count: (filter) => letters.countDocuments(filterOf(filter)),
    settle: async (id, status, now) => {
      const parked = { _id: toUuid(id), status: 'PARKED' as const }
      const { matchedCount } = await letters.updateOne(parked, { $set: { status, settledAt: now } })
      return matchedCount === 1
    },
    unsettle: async (id) => {
      const redriven = { _id: toUuid(id), status: 'REDRIVEN' as const }
      await letters.updateOne(redriven, { $set: { status: 'PARKED', settledAt: null } })
    },
  }
}

function ofProject(projectId: ProjectId | 'any'): Filter<LetterDocument> {
  return projectId === 'any' ? {} : { projectId: toUuid(projectId) }
}

function filterOf({ projectId, reason, topic, status, from, to }: LetterFilter): Filter<LetterDocument> {
  const times = { ...(from === null ? {} : { $gte: from }), ...(to === null ? {} : { $lt: to }) }
  return {
    ...ofProject(projectId),
    ...(reason === null ? {} : { reason }),
    ...(topic === null ? {} : { topic }),
    ...(status === null ? {} : { status }),
    ...(Object.keys(times).length === 0 ? {} : { parkedAt: times }),
  }
}

async function list(
  letters: Letters,
  filter: LetterFilter,
  { after, limit }: { readonly after: LetterPlace | null; readonly limit: number },
): Promise<Letter[]> {
  const conditions = [filterOf(filter), ...(after === null ? [] : [behind(after)])]
  const found = await letters
    .find({ $and: conditions } as Filter<LetterDocument>)
    .project<LetterDocument>({ value: 0, decoded: 0 })
    .sort({ parkedAt: -1, _id: -1 })
    .limit(limit)
    .toArray()
  return found.map((document) => load({ ...document, value: null, decoded: null }))
}

function behind({ parkedAt, id }: LetterPlace): Filter<LetterDocument> {
  return { $or: [{ parkedAt: { $lt: parkedAt } }, { parkedAt, _id: { $lt: toUuid(id) } }] }
}

function store({ id, projectId, key, value, headers, ...letter }: Letter): LetterDocument {
  return {
    _id: toUuid(id),
    projectId: projectId === null ? null : toUuid(projectId),
    key: key === null ? null : new Binary(key),
    value: value === null ? null : new Binary(value),
    headers: Object.entries(headers),
    ...letter,
  }
}

function load({ _id, projectId, key, value, headers, ...letter }: LetterDocument): Letter {
  return {
    id: fromUuid<LetterId>(_id),
    projectId: projectId === null ? null : fromUuid<ProjectId>(projectId),
    key: key === null ? null : Buffer.from(key.buffer),
    value: value === null ? null : Buffer.from(value.buffer),
    headers: Object.fromEntries(headers),
    ...letter,
  }
}
