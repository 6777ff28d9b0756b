import type { EachBatchPayload, Kafka } from 'kafkajs'
import type { Message } from '../batch.js'
import { toMessage } from './messages.js'

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

const MAX_BYTES_PER_PARTITION = 1024 * 1024
const SESSION_TIMEOUT_MS = 45_000

/**
 * Reads ranges of a topic once, each partition in order. Resolves when all are read or `isStopping` says so;
 * rejects with the first error of `onMessages`, or when the consumer crashed.
 */
export async function readRange(options: RangeOptions): Promise<void> {
  const { kafka, topic, groupId, ranges } = options
  const left = new Map(ranges.filter(({ next, end }) => next < end).map((range) => [range.partition, range]))
  if (left.size === 0) return
  await startGroupAt(options, [...left.values()])
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  })
  const over = createEnd()
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error))
  // Batches of control records only never reach the handler.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset, batchSize } }) => {
    if (batchSize === 0) passed(left, partition, Number(lastOffset) + 1)
    if (left.size === 0) over.resolve()
  })
  const eachBatch = async (payload: EachBatchPayload) => {
    // Behind a part that failed nothing is read: its place would be passed over.
    if (over.isOver()) return
    await handle(options, left, payload).catch(over.reject)
    if (left.size === 0 || options.isStopping()) over.resolve()
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 1, eachBatch })
    await whileRunning(over.promise, options.isStopping)
  } finally {
    await consumer.disconnect()
    await forgetGroup(kafka, groupId)
  }
}

/** Ends once, one way or the other. */
function createEnd() {
  let isOver = false
  let settle: { resolve(): void; reject(error: unknown): void }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return {
    promise,
    isOver: () => isOver,
    resolve: () => {
      isOver = true
      settle.resolve()
    },
    reject: (error: unknown) => {
      isOver = true
      settle.reject(error)
    },
  }
}

/** The group's first places; partitions that have nothing to read start at their end. */
async function startGroupAt(
  { kafka, topic, groupId, ranges }: RangeOptions,
  left: readonly Range[],
): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const starts = new Map(left.map(({ partition, next }) => [partition, next]))
    const partitions = ranges.map(({ partition, end }) => ({
      partition,
      offset: String(starts.get(partition) ?? end),
    }))
    await admin.setOffsets({ groupId, topic, partitions })
  } finally {
    await admin.disconnect()
  }
}

async function handle(
  { onMessages, isStopping }: RangeOptions,
  left: Map<number, Range>,
  { batch, heartbeat, resolveOffset }: EachBatchPayload,
): Promise<void> {
  const range = left.get(batch.partition)
  if (range === undefined || isStopping()) return
  const messages = batch.messages
    .map(toMessage)
    .filter(({ offset }) => offset >= range.next && offset < range.end)
  const upTo = Math.min(range.end, Number(batch.lastOffset()) + 1)
  await onMessages({ partition: batch.partition, messages, upTo, beat: heartbeat })
  resolveOffset(batch.lastOffset())
  passed(left, batch.partition, upTo)
}

function passed(left: Map<number, Range>, partition: number, next: number): void {
  const range = left.get(partition)
  if (range === undefined) return
  if (next >= range.end) left.delete(partition)
  else left.set(partition, { ...range, next: Math.max(range.next, next) })
}

const LOOK_EVERY_MS = 200

/** Nothing may come any more for a long time: who wants to stop is looked after meanwhile. */
async function whileRunning(over: Promise<void>, isStopping: () => boolean): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const stopped = new Promise<void>((resolve) => {
    timer = setInterval(() => (isStopping() ? resolve() : undefined), LOOK_EVERY_MS)
  })
  try {
    await Promise.race([over, stopped])
  } finally {
    clearInterval(timer)
  }
}

async function forgetGroup(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.deleteGroups([groupId])
  } finally {
    await admin.disconnect()
  }
}
