import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs'

export interface KafkaPublisher {
  send(topic: string, ...messages: readonly Message[]): Promise<void>
  close(): Promise<void>
}

/** Any bytes on any topic: what a stranger's producer can do. */
export async function createKafkaPublisher(): Promise<KafkaPublisher> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',')
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return {
    send: async (topic, ...messages) => {
      await producer.send({ topic, messages: [...messages] })
    },
    close: () => producer.disconnect(),
  }
}
