import { compareOrder, type RecordedEvent } from '../../workflow/contactEvent.js'
import type { EventRecordId } from '../../workflow/ids.js'
import { answers } from '../eventQuestions.js'
import type { EventStore } from '../ports/events.js'
import { toUuids } from './bson.js'
import { type Collection, type Db, insertMissing } from './driver.js'
import { EVENTS, type EventDocument, loadEvent, storeEvent } from './eventDocument.js'
import { questionsFilter } from './eventFilters.js'
import { keepFor } from './keepFor.js'

export function createMongoEvents(db: Db): EventStore {
  const collection = db.collection<EventDocument>(EVENTS)
  return {
    record: (events) => record(collection, events),
    find: async (queries) => {
      if (queries.length === 0) return []
      const documents = await collection.find(questionsFilter(queries), { batchSize: 10_000 }).toArray()
      return documents
        .map(loadEvent)
        .filter(answers(queries))
        .sort((a, b) => compareOrder(a.order, b.order))
    },
  }
}

/** Look-backs and a person's list go by contact, the project's list and counts by name. */
export async function prepareEvents(db: Db, retentionDays: number): Promise<void> {
  const events = db.collection<EventDocument>(EVENTS)
  await events.createIndexes([
    { key: { contactId: 1, at: 1, partition: 1, offset: 1 } },
    { key: { projectId: 1, name: 1, at: 1, partition: 1, offset: 1 } },
  ])
  await keepFor(db, events, 'recordedAt', retentionDays)
}

async function record(
  collection: Collection<EventDocument>,
  events: readonly RecordedEvent[],
): Promise<ReadonlyMap<EventRecordId, RecordedEvent>> {
  const fresh = [...new Map([...events].reverse().map((event) => [event.id, event])).values()].reverse()
  const there = await insertMissing(collection, fresh.map(storeEvent))
  if (there.length === 0) return new Map()
  const ids = there.flatMap((place) => fresh[place]?.id ?? [])
  const found = await collection.find({ _id: { $in: toUuids(ids) } }).toArray()
  return new Map(found.map(loadEvent).map((event) => [event.id, event]))
}
