import type { Consumer, Kafka } from 'kafkajs'
import type { Announcer } from '../src/events.js'
import type { Topic } from '../src/topology.js'
import { atMost } from '../src/within.js'
import type { Handler } from './batch.js'
import { type Commits, startCommits } from './run/commits.js'
import { createBatchRunner } from './run/eachBatch.js'
import { createEnds } from './run/ends.js'
import { createFirstJoin } from './run/firstJoin.js'
import type { OffsetReader } from './run/offsets.js'
import { createPauses, type Pauses } from './run/pauses.js'
import { createPositions, type Positions } from './run/positions.js'
import { startWatchdog } from './run/watchdog.js'
import { watchGroup } from './run/watchGroup.js'

interface ConsumerSpec {
  readonly topic: Topic
  /** Wrapped by the middlewares: it answers verdicts and never throws. */
  readonly handler: Handler
  /** For what must not hold up others: small parts. */
  readonly gently?: true
  /** Partitions were given out anew. */
  readonly onAssigned?: () => void
}

export interface RunOptions {
  readonly kafka: Kafka
  readonly offsets: OffsetReader
  readonly announcer: Announcer
  /** Most messages of one call of a handler. */
  readonly maxMessages: number
  /** A member that is silent for so long is dead to its group: its partitions go to the others. */
  readonly sessionTimeoutMs: number
  /** Messages and no progress for so long: the consumer is stuck. */
  readonly stuckAfterMs: number
  /** The consumer is dead and will not come back: the process should end and be started again. */
  readonly onCrash: (reason: string) => void
}

/** One consumer of one topic in a group of its own. */
export interface RunningConsumer {
  readonly topic: string
  /** How many the topic has now: people add some while everything runs. */
  partitions(): number
  assigned(): number[]
  /** By assigned partition: the offset of the next message to handle. */
  positions(): ReadonlyMap<number, number>
  /** By partition: the offset behind the last message; control records count. */
  endOffsets(): Promise<ReadonlyMap<number, number>>
  /** By assigned partition: messages to handle, as of the last `endOffsets`. */
  lags(): ReadonlyMap<number, number>
  /** Ends the pauses that wait for it (`pauseMs: null`). */
  resumeAll(): void
  /** Why this consumer does not work now; null while it does. */
  trouble(): string | null
  /** Leaves the group; waits for the running handler, at most 20 s. */
  stop(): Promise<void>
}

export type StartConsumer = (spec: ConsumerSpec) => Promise<RunningConsumer>

/** How long the first join of a group may be refused before the process gives up. */
const FIRST_JOIN_MS = 60_000
const REBALANCE_TIMEOUT_MS = 60_000
/** A fetch in flight is waited for at stop: this bounds it. Shorter waits are most of what an idle process does. */
const MAX_WAIT_MS = 1_000
const MAX_BYTES_PER_PARTITION = 512 * 1024
const MAX_BYTES = 10 * 1024 * 1024
/** Some milliseconds of work at a time, in decoding what was fetched as in handling it. */
const GENTLE = { maxMessages: 100, maxBytesPerPartition: 64 * 1024 }
/** Partitions that are added to a topic are noticed after this long at most. */
const METADATA_MAX_AGE_MS = 10_000
const STOP_LIMIT_MS = 20_000
const COMMIT_EVERY_MS = 1_000
const WATCH_EVERY_MS = 5_000
const GONE_AFTER_MS = 20_000

/** kafkajs with care: contiguous commits only, from the earliest offset, never a throw out of a handler. */
export function createStartConsumer(options: RunOptions): StartConsumer {
  return async (spec) => {
    const parts = partsOf(options, spec)
    const { consumer, commits } = parts
    await consumer.connect()
    await consumer.subscribe({ topics: [spec.topic.name], fromBeginning: true })
    const eachBatch = createBatchRunner({
      ...options,
      ...parts,
      maxMessages: spec.gently ? GENTLE.maxMessages : options.maxMessages,
      handler: spec.handler,
      onRebalance: () => {
        parts.pauses.release()
        void commits.now()
      },
    })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: spec.topic.partitions,
      eachBatch,
    })
    return runningOf(options, spec.topic, parts)
  }
}

interface Parts {
  readonly consumer: Consumer
  readonly positions: Positions
  readonly pauses: Pauses
  readonly commits: Commits
  readonly trouble: () => string | null
}

function partsOf({ kafka, announcer, onCrash, sessionTimeoutMs }: RunOptions, spec: ConsumerSpec): Parts {
  const topic = spec.topic.name
  const firstJoin = createFirstJoin(FIRST_JOIN_MS)
  const consumer = kafka.consumer({
    groupId: topic,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    minBytes: 1,
    maxBytes: MAX_BYTES,
    maxBytesPerPartition: spec.gently ? GENTLE.maxBytesPerPartition : MAX_BYTES_PER_PARTITION,
    allowAutoTopicCreation: false,
    // A broker may be away for long: what the library gives up on does not come back by itself.
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: Number.MAX_SAFE_INTEGER,
      restartOnFailure: firstJoin.mayTryAgain,
    },
  })
  const positions = createPositions()
  const pauses = createPauses({
    topic,
    announcer,
    fetching: {
      pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
      resume: (partition) => consumer.resume([{ topic, partitions: [partition] }]),
    },
  })
  const commits = startCommits({
    positions,
    everyMs: COMMIT_EVERY_MS,
    write: (places) =>
      consumer.commitOffsets(
        [...places].map(([partition, next]) => ({ topic, partition, offset: String(next) })),
      ),
  })
  const trouble = watchGroup({ ...spec, consumer, topic, positions, pauses, announcer, firstJoin, onCrash })
  return { consumer, positions, pauses, commits, trouble }
}

function runningOf(options: RunOptions, { name: topic, partitions }: Topic, parts: Parts): RunningConsumer {
  const { positions, pauses, trouble } = parts
  const ends = createEnds(() => readEnds(options.offsets, topic, positions))
  const callOff = startWatchdog({
    topic,
    positions: () => positions.all(),
    endOffsets: () => ends.recent(WATCH_EVERY_MS),
    paused: () => pauses.paused(),
    announcer: options.announcer,
    everyMs: WATCH_EVERY_MS,
    stuckAfterMs: options.stuckAfterMs,
    goneAfterMs: GONE_AFTER_MS,
    onStuck: (reason) => options.onCrash(`the consumer of ${topic} is stuck: ${reason}`),
  })
  return {
    topic,
    partitions: () => ends.count() ?? partitions,
    assigned: () => positions.assigned(),
    positions: () => positions.all(),
    endOffsets: ends.read,
    lags: () => ends.lags(positions.all()),
    resumeAll: () => pauses.resumeAll(),
    trouble,
    stop: async () => {
      callOff()
      await stop(parts)
    },
  }
}

/** The logs' ends; brings places along that nothing was handled of, or whose log changed under them. */
async function readEnds(
  offsets: OffsetReader,
  topic: string,
  positions: Positions,
): Promise<ReadonlyMap<number, number>> {
  const ranges = await offsets.ranges(topic)
  const unknown = positions.assigned().filter((partition) => !positions.all().has(partition))
  if (unknown.length > 0) {
    const committed = await offsets.committed(topic, topic)
    for (const partition of unknown)
      positions.startFrom(partition, committed.get(partition) ?? ranges.get(partition)?.low ?? 0)
  }
  for (const [partition, range] of ranges) positions.align(partition, range)
  return new Map([...ranges].map(([partition, { high }]) => [partition, high]))
}

async function stop({ consumer, pauses, commits }: Parts): Promise<void> {
  pauses.stop()
  commits.stop()
  const left = commits.now().then(() => consumer.disconnect())
  // A commit may be refused for as long as the broker is away, or has no such topic.
  await atMost(left, STOP_LIMIT_MS)
}
