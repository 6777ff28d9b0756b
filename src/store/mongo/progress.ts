import type { ProgressStore } from '../ports/progress.js'
import type { Db } from './driver.js'

interface StoredProgress {
  readonly _id: string
  readonly topic: string
  readonly partition: number
  readonly passedAt: Date
}

/** One small document a partition; `$max`, so that a late owner never takes progress back. */
export function createMongoProgress(db: Db): ProgressStore {
  const collection = db.collection<StoredProgress>('progress')
  return {
    note: async (topic, passed) => {
      if (passed.size === 0) return
      const updates = [...passed].map(([partition, passedAt]) => ({
        updateOne: {
          filter: { _id: `${topic}:${partition}` },
          update: { $max: { passedAt }, $setOnInsert: { topic, partition } },
          upsert: true,
        },
      }))
      await collection.bulkWrite(updates, { ordered: false })
    },
    read: async (topic) => {
      const stored = await collection.find({ topic }).toArray()
      return new Map(stored.map((each) => [each.partition, each.passedAt]))
    },
  }
}

export async function prepareProgress(db: Db): Promise<void> {
  await db.collection<StoredProgress>('progress').createIndex({ topic: 1 })
}
