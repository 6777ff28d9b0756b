import type { Admin, Kafka } from 'kafkajs'

/** Where a consumer stands in its partitions, and where these end. */
export interface ConsumerPositions {
  open(): Promise<void>
  /** A new assignment: positions come from the group's commits until something is handled. */
  assign(partitions: readonly number[]): void
  handled(partition: number, next: number): void
  assigned(): number[]
  current(): ReadonlyMap<number, number>
  endOffsets(): Promise<ReadonlyMap<number, number>>
  close(): Promise<void>
}

export function createPositions({
  kafka,
  topic,
}: {
  readonly kafka: Kafka
  readonly topic: string
}): ConsumerPositions {
  const admin = kafka.admin()
  const positions = new Map<number, number>()
  let assigned: number[] = []
  return {
    open: () => admin.connect(),
    assign: (partitions) => {
      assigned = [...partitions]
      positions.clear()
    },
    handled: (partition, next) => {
      positions.set(partition, next)
    },
    assigned: () => [...assigned],
    current: () => positions,
    endOffsets: async () => {
      const ends = await admin.fetchTopicOffsets(topic)
      const unknown = assigned.filter((partition) => !positions.has(partition))
      if (unknown.length > 0) await addCommitted(admin, topic, unknown, positions)
      return new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
    },
    close: () => admin.disconnect(),
  }
}

/** A partition of which nothing was handled yet stands at the group's commit, or at its beginning. */
async function addCommitted(
  admin: Admin,
  topic: string,
  unknown: readonly number[],
  positions: Map<number, number>,
): Promise<void> {
  const [committed] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  const starts = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => [partition, Number(low)]),
  )
  for (const { partition, offset } of committed?.partitions ?? []) {
    if (!unknown.includes(partition) || positions.has(partition)) continue
    positions.set(partition, Math.max(Number(offset), starts.get(partition) ?? 0))
  }
}
