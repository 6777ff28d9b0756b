import { type Admin, connectWithin, type Kafka } from '../../producers/client.js'
import type { LogRange } from './positions.js'

/** What the broker says about logs and groups; one connection for all consumers of a process. */
export interface OffsetReader {
  /** Ranges by partition, as they were at some moment during the call. */
  ranges(topic: string): Promise<ReadonlyMap<number, LogRange>>
  /** Committed places by partition; where a group has none, it is missing. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>>
  /** By partition: the offset of the first message that was appended at `at` or later, else the end. */
  offsetsAt(topic: string, at: Date): Promise<ReadonlyMap<number, number>>
  close(): Promise<void>
}

export interface OffsetReaderOptions {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly patienceMs: number
}

export async function connectOffsetReader({
  kafka,
  brokers,
  patienceMs,
}: OffsetReaderOptions): Promise<OffsetReader> {
  const admin = kafka.admin()
  await connectWithin(() => admin.connect(), { brokers, patienceMs })
  return {
    ranges: async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topic)
      const ranges = offsets.map(
        ({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }] as const,
      )
      return new Map(ranges)
    },
    committed: (group, topic) => committed(admin, group, topic),
    offsetsAt: async (topic, at) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, at.getTime())
      return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)] as const))
    },
    close: () => admin.disconnect(),
  }
}

async function committed(admin: Admin, groupId: string, topic: string): Promise<ReadonlyMap<number, number>> {
  const answer = await admin.fetchOffsets({ groupId, topics: [topic] })
  const partitions = answer.flatMap((one) => one.partitions)
  const places = partitions.map(({ partition, offset }) => [partition, Number(offset)] as const)
  // The protocol says -1 where nothing was committed.
  return new Map(places.filter(([, offset]) => offset >= 0))
}
