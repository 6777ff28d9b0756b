import type { ExecutionId } from '../../workflow/ids.js'
import { type Entry, type EntryStore, oldestTakeOverMs, TAKE_OVER_AGE_MS } from '../ports/entries.js'

export function createMemoryEntries(executionRetentionMs = Number.POSITIVE_INFINITY): EntryStore {
  const oldestMs = oldestTakeOverMs(executionRetentionMs)
  const kept = new Map<string, Entry>()
  const keyOf = (entry: Entry) => `${entry.projectId}:${entry.workflowId}:${entry.contactId}`
  return {
    named: async (entries) =>
      new Map(
        entries.flatMap((entry) => {
          const before = kept.get(keyOf(entry))
          return before === undefined ? [] : [[entry.executionId, before.executionId] as const]
        }),
      ),
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
      if (before === undefined) return false
      if (before.executionId !== entry.executionId && !isOrphan(before, entry, from, oldestMs)) return false
      kept.set(keyOf(entry), entry)
      return true
    },
  }
}

function isOrphan(before: Entry, { at }: Entry, from: ExecutionId, oldestMs: number): boolean {
  const ageMs = at.getTime() - before.at.getTime()
  return before.executionId === from && ageMs >= TAKE_OVER_AGE_MS.from && ageMs <= oldestMs
}
