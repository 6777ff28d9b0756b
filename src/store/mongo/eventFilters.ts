import { earliest } from '../eventQuestions.js'
import type { EventQuery } from '../ports/events.js'
import { toUuids } from './bson.js'
import type { Filter } from './driver.js'
import type { EventDocument } from './eventDocument.js'

/**
 * One filter for many questions: a clause for each might be thousands for the planner, one clause for all would
 * read years for the sake of one old wait. So questions are put together by age, doubling from a minute on:
 * at most some thirty clauses, none of which reads more than twice the time that was asked for.
 */
export function questionsFilter(queries: readonly EventQuery[]): Filter<EventDocument> {
  const newestMs = Math.max(...queries.map((query) => earliest(query).getTime()))
  const buckets = new Map<number, EventQuery[]>()
  for (const query of queries) {
    const ageMs = newestMs - earliest(query).getTime()
    const bucket = Math.floor(Math.log2(ageMs / 60_000 + 1))
    const others = buckets.get(bucket)
    if (others === undefined) buckets.set(bucket, [query])
    else others.push(query)
  }
  return { $or: [...buckets.values()].map(clause) }
}

function clause(queries: readonly EventQuery[]): Filter<EventDocument> {
  const contactIds = toUuids([...new Set(queries.map((query) => query.contactId))])
  const names = [...new Set(queries.flatMap((query) => query.names))]
  const fromMs = Math.min(...queries.map((query) => earliest(query).getTime()))
  return { contactId: { $in: contactIds }, at: { $gte: new Date(fromMs) }, name: { $in: names } }
}
