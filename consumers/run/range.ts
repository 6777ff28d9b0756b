import type { Kafka } from 'kafkajs'
import type { Message } from '../batch.js'

/** Offsets of one partition that are to be read: from `next` to before `end`. */
export interface Range {
  readonly partition: number
  readonly next: number
  readonly end: number
}

export interface RangeOptions {
  readonly kafka: Kafka
  readonly topic: string
  /** A group of this reading alone: nobody else may be in it. */
  readonly groupId: string
  readonly ranges: readonly Range[]
  /** Where each partition's log begins now: what lies before was lost to retention. */
  readonly lows: () => Promise<ReadonlyMap<number, number>>
  /** Called for one part after the other. `upTo`: everything of the partition before it is in hands now. */
  readonly onMessages: (part: RangePart) => Promise<void>
  /** Asked between parts: true ends the reading. */
  readonly isStopping: () => boolean
}

export interface RangePart {
  readonly partition: number
  readonly messages: readonly Message[]
  readonly upTo: number
  /** Keeps the group's membership; to be called at least every few seconds by who takes long. */
  readonly beat: () => Promise<void>
}

/** Ranges of which retention has left nothing: their rest is passed without a message. */
export async function dropLost(
  { lows, onMessages, isStopping }: RangeOptions,
  left: Map<number, Range>,
): Promise<void> {
  const begins = left.size === 0 ? new Map<number, number>() : await lows()
  for (const { partition, end } of [...left.values()]) {
    if (isStopping() || (begins.get(partition) ?? 0) < end) continue
    await onMessages({ partition, messages: [], upTo: end, beat: async () => undefined })
    passed(left, partition, end)
  }
}

/** Takes what lies before `next` out of what is left. */
export function passed(left: Map<number, Range>, partition: number, next: number): void {
  const range = left.get(partition)
  if (range === undefined) return
  if (next >= range.end) left.delete(partition)
  else left.set(partition, { ...range, next: Math.max(range.next, next) })
}
