import { randomBytes, randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import type { ProjectId } from '../../workflow/ids.js'
import type { Project, ProjectStore } from '../ports/projects.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Collection, Db } from './driver.js'

const { Binary } = mongoose.mongo

export const PROJECTS = 'projects'
const SECRET_BYTES = 32

/** `workflowsCounter` is raised with every write of a workflow, so that engines know when to read again. */
export interface ProjectDocument {
  readonly _id: StoredId
  readonly name: string
  readonly emailSecret: InstanceType<typeof Binary>
  readonly linkSecret: InstanceType<typeof Binary>
  readonly workflowsCounter: number
  readonly createdAt: Date
}

export function createMongoProjects(db: Db): ProjectStore {
  const collection = db.collection<ProjectDocument>(PROJECTS)
  const read = (projectId: ProjectId) => collection.findOne({ _id: toUuid(projectId) })
  return {
    create: async (name, now) => {
      const id = randomUUID() as string as ProjectId
      await collection.insertOne(newProject(id, name, now))
      return { id, name, createdAt: now }
    },
    get: async (projectId) => {
      const document = await read(projectId)
      return document === null ? null : loadProject(document)
    },
    linkSecret: async (projectId) => {
      const document = await read(projectId)
      return document === null ? null : Buffer.from(document.linkSecret.buffer)
    },
    all: async () => (await collection.find().sort({ createdAt: 1 }).toArray()).map(loadProject),
    contactSecrets: cachedSecrets(collection),
  }
}

function newProject(id: ProjectId, name: string, now: Date): ProjectDocument {
  return {
    _id: toUuid(id),
    name,
    emailSecret: new Binary(randomBytes(SECRET_BYTES)),
    linkSecret: new Binary(randomBytes(SECRET_BYTES)),
    workflowsCounter: 0,
    createdAt: now,
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
