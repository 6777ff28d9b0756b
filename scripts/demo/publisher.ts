import { Kafka, logLevel, Partitioners } from 'kafkajs'

export interface OutsideEvent {
  readonly eventId: string
  readonly projectId: string
  readonly name: string
  readonly email: string
  readonly data: object
  readonly occurredAt?: string
  readonly subscribed?: boolean
}

export interface Publisher {
  publish(events: readonly OutsideEvent[]): Promise<void>
  close(): Promise<void>
}

const PER_SEND = 2_000

/** A plain kafkajs producer, as any outside system would have: JSON values, the e-mail as key. */
export async function createPublisher(brokers: string, topic: string): Promise<Publisher> {
  const kafka = new Kafka({ clientId: 'outside', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
  await producer.connect()
  return {
    publish: async (events) => {
      for (let from = 0; from < events.length; from += PER_SEND) {
        const messages = events
          .slice(from, from + PER_SEND)
          .map((event) => ({ key: event.email, value: JSON.stringify(event) }))
        await producer.send({ topic, messages, acks: -1 })
      }
    },
    close: () => producer.disconnect(),
  }
}
