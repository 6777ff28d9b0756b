import { groupBy } from '../../workflow/groupBy.js'
import type { ProjectId } from '../../workflow/ids.js'
import type { EventDirectory, EventListQuery, EventPage } from '../ports/eventDirectory.js'
import { toUuid } from './bson.js'
import type { Collection, Db, Filter } from './driver.js'
import { EVENTS, type EventDocument, loadEvent } from './eventDocument.js'
import { createEventNames } from './eventNames.js'

type Events = Collection<EventDocument>

const NEWEST_FIRST = { at: -1, partition: -1, offset: -1 } as const
/** The planner merges sorted index scans for up to 200 values; beyond it would sort all it finds. */
const NAMES_A_CALL = 150

export function createMongoEventDirectory(db: Db): EventDirectory {
  const collection = db.collection<EventDocument>(EVENTS)
  return {
    list: (projectId, query) => list(collection, projectId, query),
    names: createEventNames(collection),
    forget: async (projectId, contactId) => {
      await collection.deleteMany({ contactId: toUuid(contactId), projectId: toUuid(projectId) })
    },
  }
}

async function list(collection: Events, projectId: ProjectId, query: EventListQuery): Promise<EventPage> {
  const filters = await filtersOf(collection, projectId, query)
  const rows = await Promise.all(
    filters.map((filter) =>
      collection
        .find(filter)
        .sort(NEWEST_FIRST)
        .limit(query.limit + 1)
        .toArray(),
    ),
  )
  const found = rows.flat().sort(newestFirst)
  const events = found.slice(0, query.limit).map(loadEvent)
  return { events, next: found.length > query.limit ? (events.at(-1)?.order ?? null) : null }
}

/** One filter by contact or name; a whole project's list is merged from the lists of all its names. */
async function filtersOf(
  collection: Events,
  projectId: ProjectId,
  { contactId, name, after }: EventListQuery,
): Promise<Filter<EventDocument>[]> {
  const base = { projectId: toUuid(projectId), ...(after === null ? {} : older(after)) }
  const named = name === null ? {} : { name }
  if (contactId !== null) return [{ ...base, ...named, contactId: toUuid(contactId) }]
  if (name !== null) return [{ ...base, ...named }]
  const names = await collection.distinct('name', { projectId: toUuid(projectId) })
  const chunks = groupBy(names.entries(), ([place]) => Math.floor(place / NAMES_A_CALL))
  return [...chunks.values()].map((chunk) => ({ ...base, name: { $in: chunk.map(([, each]) => each) } }))
}

function older({ at, partition, offset }: NonNullable<EventListQuery['after']>) {
  return {
    at: { $lte: at },
    $or: [{ at: { $lt: at } }, { partition: { $lt: partition } }, { partition, offset: { $lt: offset } }],
  }
}

function newestFirst(a: EventDocument, b: EventDocument): number {
  return b.at.getTime() - a.at.getTime() || b.partition - a.partition || b.offset - a.offset
}
