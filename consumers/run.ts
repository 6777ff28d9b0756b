import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Announcer } from '../src/events.js'
import type { Topic } from '../src/topology.js'
import type { Handler } from './batch.js'
import { createBatchRunner } from './run/eachBatch.js'
import { createPauses } from './run/pauses.js'
import { createPositions } from './run/positions.js'

export interface ConsumerSpec {
  readonly topic: Topic
  /** Wrapped by the middlewares: it answers verdicts and never throws. */
  readonly handler: Handler
}

export interface RunOptions {
  readonly kafka: Kafka
  readonly announcer: Announcer
  /** Most messages of one call of a handler. */
  readonly maxMessages: number
  /** The consumer is dead and will not come back: the process should end and be started again. */
  readonly onCrash: (reason: string) => void
}

/** One consumer of one topic in a group of its own. */
export interface RunningConsumer {
  readonly topic: string
  assigned(): number[]
  /** By assigned partition: the offset of the next message to handle. */
  positions(): ReadonlyMap<number, number>
  /** By partition: the offset behind the last message; control records count. */
  endOffsets(): Promise<ReadonlyMap<number, number>>
  /** Partitions paused on purpose: no progress is expected of them. */
  paused(): number[]
  /** Ends the pauses that wait for it (`pauseMs: null`). */
  resumeAll(): void
  /** Why this consumer does not work now; null while it does. */
  trouble(): string | null
  /** Leaves the group; waits for the running handler, at most 20 s. */
  stop(): Promise<void>
}

export type StartConsumer = (spec: ConsumerSpec) => Promise<RunningConsumer>

const SESSION_TIMEOUT_MS = 45_000
const REBALANCE_TIMEOUT_MS = 60_000
/** A fetch in flight is waited for at stop: this bounds it. */
const MAX_WAIT_MS = 500
const MAX_BYTES_PER_PARTITION = 1024 * 1024
const MAX_BYTES = 10 * 1024 * 1024
const STOP_LIMIT_MS = 20_000

/** kafkajs with care: contiguous commits only, from the earliest offset, never a throw out of a handler. */
export function createStartConsumer(options: RunOptions): StartConsumer {
  return async (spec) => {
    const { kafka, announcer } = options
    const topic = spec.topic.name
    const consumer = kafka.consumer({
      groupId: topic,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    })
    const pauses = createPauses({ consumer, topic, announcer })
    const positions = createPositions({ kafka, topic })
    let trouble: string | null = 'has not joined its group yet'
    watch(
      consumer,
      {
        joined: (partitions) => {
          trouble = null
          pauses.forget()
          positions.assign(partitions)
          announcer.announce('consumer.joined', { topic, partitions })
        },
        crashed: (message, restarts) => {
          trouble = message
          announcer.announce('consumer.crashed', { topic, message })
          if (!restarts) options.onCrash(`the consumer of ${topic} crashed: ${message}`)
        },
      },
      topic,
    )
    await consumer.connect()
    await positions.open()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const runner = createBatchRunner({ ...options, handler: spec.handler, pauses, positions })
    await consumer.run({
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: spec.topic.partitions,
      eachBatch: (payload: EachBatchPayload) => runner(payload),
    })
    return {
      topic,
      assigned: () => positions.assigned(),
      positions: () => positions.current(),
      endOffsets: () => positions.endOffsets(),
      paused: () => pauses.partitions(),
      resumeAll: () => pauses.resumeAll(),
      trouble: () => (trouble === null ? null : `${topic}: ${trouble}`),
      stop: () => stop(consumer, pauses, positions),
    }
  }
}

interface Watching {
  readonly joined: (partitions: number[]) => void
  readonly crashed: (message: string, restarts: boolean) => void
}

function watch(consumer: Consumer, { joined, crashed }: Watching, topic: string): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
    joined([...(payload.memberAssignment[topic] ?? [])]),
  )
  consumer.on(consumer.events.CRASH, ({ payload }) => crashed(payload.error.message, payload.restart))
}

async function stop(
  consumer: Consumer,
  pauses: ReturnType<typeof createPauses>,
  positions: ReturnType<typeof createPositions>,
): Promise<void> {
  pauses.close()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_LIMIT_MS)
  })
  await Promise.race([consumer.disconnect(), limit])
  clearTimeout(timer)
  await positions.close()
}
