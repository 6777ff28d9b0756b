import kafkajs from 'kafkajs'
import { until } from './engineWorld.js'
import { endsOf } from './topicTools.js'

/**
 * Resolves when every event so far was handled, not only recorded, and its contact made: those are written before
 * the matching, so that a workflow which is made in between is started by them.
 */
export async function allHandled(inputTopic: string): Promise<void> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',')
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const ends = await endsOf(admin, inputTopic)
  const left = async () => {
    const answer = await admin.fetchOffsets({ groupId: inputTopic, topics: [inputTopic] })
    const places = new Map(
      answer.flatMap(({ partitions }) => partitions.map((one) => [one.partition, one.offset])),
    )
    return ends.filter(({ partition, high }) => Number(places.get(partition) ?? 0) < Number(high))
  }
  try {
    await until('all are handled', async () => (await left()).length === 0, 120_000)
  } finally {
    await admin.disconnect()
  }
}
