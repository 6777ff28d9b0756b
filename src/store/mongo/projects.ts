import { randomBytes, randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import type { ProjectId } from '../../workflow/ids.js'
import type { NewKey } from '../ports/keys.js'
import type { Project, ProjectStore } from '../ports/projects.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import { type Collection, type Db, isDuplicateKey } from './driver.js'
import { KEYS, type KeyDocument, keyDocument } from './keys.js'

const { Binary } = mongoose.mongo

export const PROJECTS = 'projects'
const SECRET_BYTES = 32

/** `workflowsCounter` is raised with every write of a workflow, so that engines know when to read again. */
export interface ProjectDocument {
  readonly _id: StoredId
  readonly name: string
  readonly emailSecret: InstanceType<typeof Binary>
  readonly workflowsCounter: number
  readonly createdAt: Date
}

export function createMongoProjects(db: Db): ProjectStore {
  const collection = db.collection<ProjectDocument>(PROJECTS)
  return {
    create: async (name, now) => {
      const id = randomUUID() as string as ProjectId
      await collection.insertOne(newProject({ id, name, createdAt: now }))
      return { id, name, createdAt: now }
    },
    createWithKeys: (project, keys) => createWithKeys(db, project, keys),
    get: async (projectId) => {
      const document = await collection.findOne({ _id: toUuid(projectId) })
      return document === null ? null : loadProject(document)
    },
    all: async () => (await collection.find().sort({ createdAt: 1 }).toArray()).map(loadProject),
    contactSecrets: cachedSecrets(collection),
  }
}

async function createWithKeys(db: Db, project: Project, keys: readonly NewKey[]): Promise<boolean> {
  const documents = keys.map((key) => keyDocument(project.id, key, project.createdAt))
  try {
    await db.client.withSession((session) =>
      session.withTransaction(async () => {
        await db.collection<ProjectDocument>(PROJECTS).insertOne(newProject(project), { session })
        if (documents.length > 0) await db.collection<KeyDocument>(KEYS).insertMany(documents, { session })
      }),
    )
    return true
  } catch (error) {
    if (isDuplicateKey(error) && (await isThere(db, project.id))) return false
    throw error
  }
}

async function isThere(db: Db, id: ProjectId): Promise<boolean> {
  return (await db.collection<ProjectDocument>(PROJECTS).findOne({ _id: toUuid(id) })) !== null
}

function newProject({ id, name, createdAt }: Project): ProjectDocument {
  return {
    _id: toUuid(id),
    name,
    emailSecret: new Binary(randomBytes(SECRET_BYTES)),
    workflowsCounter: 0,
    createdAt,
  }
}

function loadProject(document: ProjectDocument): Project {
  return { id: fromUuid<ProjectId>(document._id), name: document.name, createdAt: document.createdAt }
}

/** Secrets never change, so what was read once is kept; only projects that exist are. */
function cachedSecrets(collection: Collection<ProjectDocument>): ProjectStore['contactSecrets'] {
  const known = new Map<ProjectId, Buffer>()
  return async (projectIds) => {
    const asked = projectIds.filter((id) => !known.has(id))
    if (asked.length > 0) {
      const projection = { emailSecret: 1 }
      const documents = await collection.find({ _id: { $in: toUuids(asked) } }, { projection }).toArray()
      for (const { _id, emailSecret } of documents) known.set(fromUuid(_id), Buffer.from(emailSecret.buffer))
    }
    return new Map(
      projectIds.flatMap((id) => {
        const secret = known.get(id)
        return secret === undefined ? [] : [[id, secret] as const]
      }),
    )
  }
}
