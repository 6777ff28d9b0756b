import type { ProgressStore } from '../ports/progress.js'

export function createMemoryProgress(): ProgressStore {
  const topics = new Map<string, Map<number, Date>>()
  return {
    note: async (topic, passed) => {
      const noted = topics.get(topic) ?? new Map<number, Date>()
      topics.set(topic, noted)
      for (const [partition, at] of passed) {
        const before = noted.get(partition)
        if (before === undefined || before < at) noted.set(partition, at)
      }
    },
    read: async (topic) => new Map(topics.get(topic)),
  }
}
