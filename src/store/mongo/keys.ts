import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import type { KeyId, ProjectId } from '../../workflow/ids.js'
import { digestOf, visibleParts } from '../apiKeys.js'
import type { ApiKey, KeyStore, KeyType, NewKey } from '../ports/keys.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Collection, type Db, isDuplicateKey } from './driver.js'

const { Binary } = mongoose.mongo

export const KEYS = 'keys'

export interface KeyDocument {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly type: KeyType
  readonly name: string | null
  readonly prefix: string
  readonly lastFour: string
  readonly digest: InstanceType<typeof Binary>
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

export async function prepareKeys(db: Db): Promise<void> {
  await db
    .collection<KeyDocument>(KEYS)
    .createIndexes([{ key: { digest: 1 }, unique: true }, { key: { projectId: 1, createdAt: -1 } }])
}

export function createMongoKeys(db: Db): KeyStore {
  const collection = db.collection<KeyDocument>(KEYS)
  return {
    findByDigest: async (digest) => {
      const document = await collection.findOne({ digest: new Binary(digest), revokedAt: null })
      if (document === null) return null
      const { _id, projectId, type } = document
      return { projectId: fromUuid<ProjectId>(projectId), keyId: fromUuid<KeyId>(_id), type }
    },
    add: async (projectId, key, now) => {
      const document = keyDocument(projectId, key, now)
      try {
        await collection.insertOne(document)
        return loadKey(document)
      } catch (error) {
        if (isDuplicateKey(error)) return null
        throw error
      }
    },
    list: async (projectId) => {
      const live = { projectId: toUuid(projectId), revokedAt: null }
      return (await collection.find(live).sort({ createdAt: -1, _id: -1 }).toArray()).map(loadKey)
    },
    revoke: (projectId, id, now) => revoke(db, { projectId, id, now }),
  }
}

export function keyDocument(projectId: ProjectId, key: NewKey, now: Date): KeyDocument {
  return {
    _id: toUuid(randomUUID()),
    projectId: toUuid(projectId),
    type: key.type,
    name: key.name,
    ...visibleParts(key.text),
    digest: new Binary(digestOf(key.text)),
    createdAt: now,
    revokedAt: null,
  }
}

function loadKey(document: KeyDocument): ApiKey {
  const { type, name, prefix, lastFour, createdAt } = document
  const id = fromUuid<KeyId>(document._id)
  return { id, projectId: fromUuid<ProjectId>(document.projectId), type, name, prefix, lastFour, createdAt }
}

interface Revocation {
  readonly projectId: ProjectId
  readonly id: KeyId
  readonly now: Date
}

/** In a transaction that writes to the project first, so that two revocations of one project go one by one. */
async function revoke(db: Db, { projectId, id, now }: Revocation): ReturnType<KeyStore['revoke']> {
  const keys: Collection<KeyDocument> = db.collection(KEYS)
  const project = toUuid(projectId)
  const live = { projectId: project, revokedAt: null }
  return db.client.withSession((session) =>
    session.withTransaction(async () => {
      await db
        .collection<ProjectLock>('projects')
        .updateOne({ _id: project }, { $inc: { keysRevoked: 1 } }, { session })
      const key = await keys.findOne({ _id: toUuid(id), ...live }, { session })
      if (key === null) return 'unknown'
      const secrets = await keys.countDocuments({ ...live, type: 'secret' }, { session })
      if (key.type === 'secret' && secrets <= 1) return 'last'
      await keys.updateOne({ _id: key._id }, { $set: { revokedAt: now } }, { session })
      return 'revoked'
    }),
  )
}

interface ProjectLock {
  readonly _id: StoredId
  readonly keysRevoked?: number
}
