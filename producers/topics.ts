import { MillraceError, messageOf } from '../src/errors.js'
import type { Topic, Topology } from '../src/topology.js'
import { type Admin, connectWithin, type Kafka } from './client.js'

export interface EnsureTopicsOptions {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly topology: Topology
  readonly replicationFactor: number
  /** Accept an input topic whose times are its producers'. */
  readonly allowCreateTime: boolean
  readonly patienceMs: number
}

export interface TopicsReport {
  readonly created: readonly string[]
  /** What the broker says, by topic: what there is counts, not the table. */
  readonly partitions: ReadonlyMap<string, number>
  /** Where existing topics differ from the table, in words; they are never changed. */
  readonly differences: readonly string[]
}

/**
 * Creates the topics that are missing and waits until every partition has a leader. Throws UNREACHABLE when Kafka
 * does not answer, CONFIG_INVALID when the input topic does not carry the broker's time.
 */
export async function ensureTopics(options: EnsureTopicsOptions): Promise<TopicsReport> {
  const { kafka, brokers, patienceMs } = options
  const admin = kafka.admin()
  await connectWithin(() => admin.connect(), { brokers, patienceMs })
  try {
    return await ensureWith(admin, options)
  } catch (error) {
    if (error instanceof MillraceError) throw error
    const text = `Kafka at ${brokers.join(', ')}: the topics could not be prepared: ${messageOf(error)}`
    throw new MillraceError('UNREACHABLE', text, { cause: error })
  } finally {
    await admin.disconnect()
  }
}

async function ensureWith(admin: Admin, options: EnsureTopicsOptions): Promise<TopicsReport> {
  const { topology, replicationFactor, patienceMs } = options
  const present = new Set(await admin.listTopics())
  const missing = topology.all.filter(({ name }) => !present.has(name))
  if (missing.length > 0) {
    const topics = missing.map((topic) => creationOf(topic, replicationFactor))
    // Another process may create them at the same moment; then this answers false.
    await admin.createTopics({ topics, waitForLeaders: false })
  }
  const names = topology.all.map(({ name }) => name)
  const partitions = await waitForLeaders(admin, names, performance.now() + patienceMs)
  const existing = topology.all.filter(({ name }) => present.has(name))
  const differences = [
    ...partitionDifferences(existing, partitions),
    ...(await timeDifferences(admin, existing, options)),
  ]
  return { created: missing.map(({ name }) => name), partitions, differences }
}

const REPLICAS_FOR_TWO_ACKS = 3

function creationOf(topic: Topic, replicationFactor: number) {
  const configs: Record<string, string> = {
    'cleanup.policy': 'delete',
    'retention.ms': String(topic.retentionMs),
    'max.message.bytes': String(topic.maxMessageBytes),
    'message.timestamp.type': topic.logAppendTime ? 'LogAppendTime' : 'CreateTime',
  }
  // With one replica down writes go on, and an acknowledged message still has a second copy.
  if (replicationFactor >= REPLICAS_FOR_TWO_ACKS) configs['min.insync.replicas'] = '2'
  return {
    topic: topic.name,
    numPartitions: topic.partitions,
    replicationFactor,
    configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }
}

const POLL_MS = 100

/** Partition counts by topic, once every partition has a leader. */
async function waitForLeaders(
  admin: Admin,
  names: readonly string[],
  until: number,
): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const counts = await leaders(admin, names)
    if (counts.size === names.length) return counts
    if (performance.now() >= until) {
      const waiting = names.filter((name) => !counts.has(name))
      throw new MillraceError('UNREACHABLE', `Kafka has no leader for topic ${waiting.join(', ')}.`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** The topics whose every partition has a leader; a topic that was just created is unknown for a moment. */
async function leaders(admin: Admin, names: readonly string[]): Promise<Map<string, number>> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] })
    const ready = topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    return new Map(ready.map(({ name, partitions }) => [name, partitions.length]))
  } catch (error) {
    if (isNotYet(error)) return new Map()
    throw error
  }
}

const NOT_YET: ReadonlySet<unknown> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'])

function isNotYet(error: unknown): boolean {
  return error instanceof Error && 'type' in error && NOT_YET.has(error.type)
}

function partitionDifferences(existing: readonly Topic[], partitions: ReadonlyMap<string, number>): string[] {
  return existing.flatMap((topic) => {
    const count = partitions.get(topic.name)
    return count === undefined || count === topic.partitions
      ? []
      : [
          `${topic.name} has ${count} partitions, the configuration says ${topic.partitions}; ${count} are used`,
        ]
  })
}

/** kafkajs's ConfigResourceTypes.TOPIC */
const TOPIC_RESOURCE = 2
const TIME_TYPE = 'message.timestamp.type'

async function timeDifferences(
  admin: Admin,
  existing: readonly Topic[],
  { topology, allowCreateTime }: EnsureTopicsOptions,
): Promise<string[]> {
  const timed = existing.filter(({ logAppendTime }) => logAppendTime)
  if (timed.length === 0) return []
  const resources = timed.map(({ name }) => ({ type: TOPIC_RESOURCE, name, configNames: [TIME_TYPE] }))
  const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
  const wrong = answer.resources.flatMap(({ resourceName, configEntries }) => {
    const type = configEntries.find(({ configName }) => configName === TIME_TYPE)?.configValue
    return type === 'LogAppendTime' ? [] : [{ resourceName, type }]
  })
  const input = wrong.find(({ resourceName }) => resourceName === topology.contactEvents.name)
  if (input !== undefined && !allowCreateTime) throw refusedInput(input.resourceName, input.type)
  return wrong.map(({ resourceName, type }) => `${resourceName} has ${TIME_TYPE}=${type}, not LogAppendTime`)
}

function refusedInput(name: string, type: string | undefined): MillraceError {
  const text =
    `Topic ${name} has ${TIME_TYPE}=${type}: the order of a contact's events would be its producers' clocks. ` +
    'Set it to LogAppendTime, or ALLOW_CREATE_TIME=true to take the order of offsets within a partition.'
  return new MillraceError('CONFIG_INVALID', text)
}
