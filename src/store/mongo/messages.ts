import type { ContactId, ExecutionId, MessageId, ProjectId } from '../../workflow/ids.js'
import type { MessageRecord } from '../../workflow/mail.js'
import type { MessageQuery, MessageStore } from '../ports/messages.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Db, Filter } from './driver.js'
import { keepFor } from './keepFor.js'
import { behind, nextPlace } from './places.js'

const MESSAGES = 'messages'

type Kept = Pick<
  MessageRecord,
  'to' | 'subject' | 'status' | 'reason' | 'messageId' | 'captured' | 'createdAt'
>

export interface MessageDocument extends Kept {
  readonly _id: StoredId
  readonly projectId: StoredId
  readonly contactId: StoredId
  readonly executionId: StoredId
}

export async function prepareMessages(db: Db, retentionDays: number): Promise<void> {
  const messages = db.collection<MessageDocument>(MESSAGES)
  await messages.createIndexes([
    { key: { projectId: 1, createdAt: -1, _id: -1 } },
    { key: { contactId: 1, createdAt: -1, _id: -1 } },
    { key: { executionId: 1, createdAt: -1, _id: -1 } },
  ])
  await keepFor(db, messages, 'createdAt', retentionDays)
}

export function createMongoMessages(db: Db): MessageStore {
  const collection = db.collection<MessageDocument>(MESSAGES)
  return {
    save: async (records) => {
      const operations = records.map((record) => {
        const { _id, createdAt, ...fields } = storeMessage(record)
        const update = { $set: fields, $setOnInsert: { createdAt } }
        return { updateOne: { filter: { _id }, update, upsert: true } }
      })
      if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false })
    },
    find: async (projectId, ids) => {
      const filter = { _id: { $in: toUuids(ids) }, projectId: toUuid(projectId) }
      return (await collection.find(filter).toArray()).map(loadMessage)
    },
    list: async (projectId, query) => {
      const rows = collection.find(listFilter(projectId, query)).sort({ createdAt: -1, _id: -1 })
      const messages = (await rows.limit(query.limit + 1).toArray()).map(loadMessage)
      return { messages: messages.slice(0, query.limit), next: nextPlace(messages, query.limit) }
    },
    forget: async (projectId, contactId) => {
      await collection.deleteMany({ contactId: toUuid(contactId), projectId: toUuid(projectId) })
    },
  }
}

function listFilter(projectId: ProjectId, query: MessageQuery): Filter<MessageDocument> {
  const { contactId, executionId, after } = query
  return {
    projectId: toUuid(projectId),
    ...(contactId === null ? {} : { contactId: toUuid(contactId) }),
    ...(executionId === null ? {} : { executionId: toUuid(executionId) }),
    ...(after === null ? {} : behind(after)),
  }
}

function storeMessage({ id, ...record }: MessageRecord): MessageDocument {
  return {
    ...record,
    _id: toUuid(id),
    projectId: toUuid(record.projectId),
    contactId: toUuid(record.contactId),
    executionId: toUuid(record.executionId),
  }
}

function loadMessage({ _id, ...document }: MessageDocument): MessageRecord {
  return {
    ...document,
    id: fromUuid<MessageId>(_id),
    projectId: fromUuid<ProjectId>(document.projectId),
    contactId: fromUuid<ContactId>(document.contactId),
    executionId: fromUuid<ExecutionId>(document.executionId),
  }
}
