import { randomUUID } from 'node:crypto'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'

export interface TopicReader {
  /** All that was read so far, in the order of each partition. */
  readonly messages: readonly (KafkaMessage & { readonly partition: number })[]
  close(): Promise<void>
}

/** Reads a topic from its beginning, as any other consumer would. */
export async function readTopic(topic: string): Promise<TopicReader> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',')
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}` })
  const messages: (KafkaMessage & { readonly partition: number })[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message, partition }) => {
      messages.push({ ...message, partition })
    },
  })
  return { messages, close: () => consumer.disconnect() }
}
