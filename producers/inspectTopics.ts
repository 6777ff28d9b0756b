import { messageOf } from '../src/errors.js'
import type { Topic } from '../src/topology.js'
import type { Admin } from './client.js'

/** A topic as the broker has it; null: there is none. */
export interface TopicFacts {
  readonly topic: Topic
  readonly there: {
    readonly partitions: number
    readonly replicas: number
    readonly leaderless: number
    readonly configs: ReadonlyMap<string, string>
  } | null
  /** By partition: first offset, the one behind the last, and where the group stands; null: it has not begun. */
  readonly places: readonly {
    readonly partition: number
    readonly low: number
    readonly high: number
    readonly committed: number | null
  }[]
}

/** kafkajs's ConfigResourceTypes.TOPIC */
const TOPIC_RESOURCE = 2

/** Reads everything that can be wrong with the topics of the table; writes nothing. */
export async function inspectTopics(admin: Admin, topics: readonly Topic[]): Promise<TopicFacts[]> {
  const present = new Set(await admin.listTopics())
  return Promise.all(
    topics.map(async (topic) =>
      present.has(topic.name) ? inspectOne(admin, topic) : { topic, there: null, places: [] },
    ),
  )
}

async function inspectOne(admin: Admin, topic: Topic): Promise<TopicFacts> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] })
  const partitions = topics[0]?.partitions ?? []
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC_RESOURCE, name: topic.name }],
  })
  const configs = new Map(
    described.resources.flatMap(({ configEntries }) =>
      configEntries.map(({ configName, configValue }) => [configName, configValue] as const),
    ),
  )
  const replicas = Math.min(...partitions.map((one) => one.replicas.length))
  const leaderless = partitions.filter(({ leader }) => leader < 0).length
  const there = { partitions: partitions.length, replicas, leaderless, configs }
  return { topic, there, places: leaderless > 0 ? [] : await placesOf(admin, topic.name) }
}

async function placesOf(admin: Admin, name: string): Promise<TopicFacts['places']> {
  const ranges = await admin.fetchTopicOffsets(name)
  const committed = new Map<number, number>()
  for (const { partitions } of await admin.fetchOffsets({ groupId: name, topics: [name] }))
    for (const { partition, offset } of partitions) committed.set(partition, Number(offset))
  return ranges.map(({ partition, low, high }) => {
    const place = committed.get(partition) ?? -1
    return { partition, low: Number(low), high: Number(high), committed: place < 0 ? null : place }
  })
}

/** Why the broker cannot be asked; null: it answers. */
export async function brokerFault(admin: Admin): Promise<string | null> {
  try {
    await admin.connect()
    await admin.describeCluster()
    return null
  } catch (error) {
    return messageOf(error)
  }
}
