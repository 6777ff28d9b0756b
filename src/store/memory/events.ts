import { compareOrder, type RecordedEvent } from '../../workflow/contactEvent.js'
import type { EventRecordId } from '../../workflow/ids.js'
import { answers } from '../eventQuestions.js'
import type { EventStore } from '../ports/events.js'

/** `kept` is the whole store: what the API's side reads too. */
export function createMemoryEvents(kept: Map<EventRecordId, RecordedEvent> = new Map()): EventStore {
  return {
    record: async (events) => {
      const there = new Map<EventRecordId, RecordedEvent>()
      const before = new Set(kept.keys())
      for (const event of events) {
        const first = kept.get(event.id)
        if (first === undefined) kept.set(event.id, event)
        else if (before.has(event.id)) there.set(event.id, first)
      }
      return there
    },
    find: async (queries) =>
      [...kept.values()].filter(answers(queries)).sort((a, b) => compareOrder(a.order, b.order)),
  }
}
