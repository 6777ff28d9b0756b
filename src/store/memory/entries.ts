import type { ExecutionId } from '../../workflow/ids.js'
import type { Entry, EntryStore } from '../ports/entries.js'

export function createMemoryEntries(): EntryStore {
  const kept = new Map<string, Entry>()
  const keyOf = (entry: Entry) => `${entry.projectId}:${entry.workflowId}:${entry.contactId}`
  return {
    claim: async (entries) => {
      const there = new Map<ExecutionId, ExecutionId>()
      for (const entry of entries) {
        const before = kept.get(keyOf(entry))
        if (before === undefined) kept.set(keyOf(entry), entry)
        else there.set(entry.executionId, before.executionId)
      }
      return there
    },
    takeOver: async (entry, from) => {
      const before = kept.get(keyOf(entry))
      if (before === undefined || ![from, entry.executionId].includes(before.executionId)) return false
      kept.set(keyOf(entry), entry)
      return true
    },
  }
}
