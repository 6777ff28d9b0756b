import pLimit from 'p-limit'
import type { ProjectId } from '../../workflow/ids.js'
import type { EventName } from '../ports/eventDirectory.js'
import { type StoredId, toUuid } from './bson.js'
import type { Collection } from './driver.js'
import type { EventDocument } from './eventDocument.js'

const EXACT_TO = 10_000
const BELIEVE_MS = 10_000
const AT_ONCE = 8

interface Counted {
  readonly count: Promise<number>
  readonly untilMs: number
}

type Events = Collection<EventDocument>

/**
 * Names come from the index by name, which is jumped through from one to the next; small numbers are counted
 * anew each time, large ones at most once in 10 s. So nothing has to be written when events are recorded.
 */
export function createEventNames(collection: Events): (projectId: ProjectId) => Promise<EventName[]> {
  const large = new Map<string, Counted>()
  return async (id) => {
    const projectId = toUuid(id)
    const names = await collection.distinct('name', { projectId })
    const limit = pLimit(AT_ONCE)
    const found = await Promise.all(
      names.map((name) => limit(() => describe(collection, { projectId, name }, large))),
    )
    return found.flat().sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())
  }
}

interface Named {
  readonly projectId: StoredId
  readonly name: string
}

async function describe(collection: Events, named: Named, large: Map<string, Counted>): Promise<EventName[]> {
  const newest = { sort: { at: -1 }, projection: { _id: 0, at: 1 } } as const
  const [last, count] = await Promise.all([
    collection.findOne(named, newest),
    countOf(collection, named, large),
  ])
  return last === null ? [] : [{ name: named.name, count, lastSeenAt: last.at }]
}

async function countOf(collection: Events, named: Named, large: Map<string, Counted>): Promise<number> {
  const key = `${named.projectId.toHexString()}:${named.name}`
  const known = large.get(key)
  if (known !== undefined && performance.now() < known.untilMs) return known.count
  const exact = await collection.countDocuments(named, { limit: EXACT_TO + 1 })
  if (exact <= EXACT_TO) return exact
  const count = collection.countDocuments(named)
  count.catch(() => large.delete(key))
  large.set(key, { count, untilMs: performance.now() + BELIEVE_MS })
  return count
}
