import type { ProgressStore } from '../ports/progress.js'

export function createMemoryProgress(): ProgressStore {
  const topics = new Map<string, Map<number, Date>>()
  return {
    note: async (topic, partition, passedAt) => {
      const passed = topics.get(topic) ?? new Map<number, Date>()
      topics.set(topic, passed)
      const before = passed.get(partition)
      if (before === undefined || before < passedAt) passed.set(partition, passedAt)
    },
    read: async (topic) => new Map(topics.get(topic)),
  }
}
