import { randomUUID } from 'node:crypto'
import type { ProjectId, TemplateId } from '../../workflow/ids.js'
import type { Template } from '../../workflow/mail.js'
import type { TemplateFields, TemplateStore } from '../ports/templates.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { type Db, literal } from './driver.js'

const TEMPLATES = 'templates'

export interface TemplateDocument extends TemplateFields {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly createdAt: Date
  readonly updatedAt: Date
}

export async function prepareTemplates(db: Db): Promise<void> {
  await db
    .collection<TemplateDocument>(TEMPLATES)
    .createIndex({ projectId: 1, createdAt: -1, _id: -1, name: 1 })
}

export function createMongoTemplates(db: Db): TemplateStore {
  const collection = db.collection<TemplateDocument>(TEMPLATES)
  const ref = (projectId: ProjectId, id: TemplateId) => ({ _id: toUuid(id), projectId: toUuid(projectId) })
  return {
    exists: async (projectId, id) =>
      (await collection.countDocuments(ref(projectId, id), { limit: 1 })) === 1,
    find: async (projectId, id) => {
      const document = await collection.findOne(ref(projectId, id))
      return document === null ? null : loadTemplate(document)
    },
    list: async (projectId, { search, skip, limit }) => {
      const named = search === null ? {} : { name: literal(search) }
      const filter = { projectId: toUuid(projectId), ...named }
      const page = collection.find(filter).sort({ createdAt: -1, _id: -1 }).skip(skip).limit(limit)
      const [documents, total] = await Promise.all([page.toArray(), collection.countDocuments(filter)])
      return { templates: documents.map(loadTemplate), total }
    },
    create: async (projectId, fields, now) => {
      const id = toUuid(randomUUID())
      const document = { ...fields, _id: id, projectId: toUuid(projectId), createdAt: now, updatedAt: now }
      await collection.insertOne(document)
      return loadTemplate(document)
    },
    change: async (projectId, id, { fields, now }) => {
      const update = { $set: { ...fields, updatedAt: now } }
      const document = await collection.findOneAndUpdate(ref(projectId, id), update, {
        returnDocument: 'after',
      })
      return document === null ? null : loadTemplate(document)
    },
    remove: async (projectId, id) => (await collection.deleteOne(ref(projectId, id))).deletedCount === 1,
  }
}

function loadTemplate({ _id, projectId, ...fields }: TemplateDocument): Template {
  return { ...fields, id: fromUuid<TemplateId>(_id), projectId: fromUuid<ProjectId>(projectId) }
}
