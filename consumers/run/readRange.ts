import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { createQueues } from '../../src/store/queues.js'
import { toMessage } from './messages.js'
import { dropLost, passed, type Range, type RangeOptions } from './range.js'

const MAX_BYTES_PER_PARTITION = 1024 * 1024
/** A reading ends behind the fetch under way: behind the last message, that is so long. */
const MAX_WAIT_MS = 200
const SESSION_TIMEOUT_MS = 45_000

/**
 * Reads ranges of a topic once, each partition in order. Resolves when all are read or `isStopping` says so;
 * rejects with the first error of `onMessages`, or when the consumer crashed. Of a range that retention has
 * taken to its end no message ever comes: it is handed over as a part without messages.
 */
export async function readRange(options: RangeOptions): Promise<void> {
  const { kafka, topic, groupId, ranges } = options
  const left = new Map(ranges.filter(({ next, end }) => next < end).map((range) => [range.partition, range]))
  await dropLost(options, left)
  if (left.size === 0 || options.isStopping()) return
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  })
  const over = createEnd()
  const inTurn = createQueues()
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error))
  // The library places nothing before it has joined, and anew behind each rebalance.
  consumer.on(consumer.events.GROUP_JOIN, () => place(options, left, consumer))
  // Batches of control records only never reach the handler.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset, batchSize } }) => {
    if (batchSize === 0) passed(left, partition, Number(lastOffset) + 1)
    if (left.size === 0) over.resolve()
  })
  const eachBatch = async (payload: EachBatchPayload) => {
    // Behind a part that failed nothing is read: its place would be passed over.
    if (over.isOver()) return
    await inTurn(topic, () => handle(options, left, payload)).catch(over.reject)
    rest(options, left, consumer)
    if (left.size === 0 || options.isStopping()) over.resolve()
  }
  const lookForLost = async () => {
    if (!over.isOver()) await inTurn(topic, () => dropLost(options, left)).catch(over.reject)
    if (left.size === 0) over.resolve()
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 1, eachBatch })
    await whileRunning(over.promise, options.isStopping, lookForLost)
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

/** Every partition goes on where it stands, whatever the group knows; those with nothing left are not fetched. */
function place({ topic, ranges }: RangeOptions, left: ReadonlyMap<number, Range>, consumer: Consumer): void {
  for (const { partition, next } of left.values()) consumer.seek({ topic, partition, offset: String(next) })
  rest({ topic, ranges }, left, consumer)
}

function rest(
  { topic, ranges }: Pick<RangeOptions, 'topic' | 'ranges'>,
  left: ReadonlyMap<number, Range>,
  consumer: Consumer,
): void {
  const done = ranges.map(({ partition }) => partition).filter((partition) => !left.has(partition))
  if (done.length > 0) consumer.pause([{ topic, partitions: done }])
}

async function handle(
  { onMessages, isStopping }: RangeOptions,
  left: Map<number, Range>,
  { batch, heartbeat, resolveOffset }: EachBatchPayload,
): Promise<void> {
  const range = left.get(batch.partition)
  if (range === undefined || isStopping()) return
  const messages = batch.messages
    .map((message) => toMessage(batch.partition, message))
    .filter(({ offset }) => offset >= range.next && offset < range.end)
  const upTo = Math.min(range.end, Number(batch.lastOffset()) + 1)
  // Fetched before a rebalance and handled already.
  if (upTo <= range.next) return
  await onMessages({ partition: batch.partition, messages, upTo, beat: heartbeat })
  resolveOffset(batch.lastOffset())
  passed(left, batch.partition, upTo)
}

const LOOK_EVERY_MS = 200
const LOOKS_PER_LOST = 10

/** Nothing may come any more for a long time: who wants to stop is looked after meanwhile, and what was lost. */
async function whileRunning(
  over: Promise<void>,
  isStopping: () => boolean,
  lookForLost: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let looks = 0
  const stopped = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (isStopping()) resolve()
      else if (++looks % LOOKS_PER_LOST === 0) void lookForLost()
    }, LOOK_EVERY_MS)
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
