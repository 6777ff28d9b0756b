import { randomUUID } from 'node:crypto'
import type { Batch } from '../../consumers/batch.js'
import type { Connections } from '../../src/connections.js'

export interface RawMessage {
  readonly key?: string | null
  readonly value: Buffer | string | null
  readonly partition?: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface ReadMessage {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes as they are, on any topic, in one send: on one partition they stand one behind the other. */
export async function produce(
  { kafka }: Connections,
  topic: string,
  messages: readonly RawMessage[],
): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const written = messages.map(({ key = null, value, partition, headers = {} }) => ({
    key,
    value,
    headers: { ...headers },
    ...(partition === undefined ? {} : { partition }),
  }))
  await producer.send({ topic, acks: -1, messages: written })
  await producer.disconnect()
}

type Admin = ReturnType<Connections['kafka']['admin']>

export async function withAdmin<Value>(
  { kafka }: Connections,
  work: (admin: Admin) => Promise<Value>,
): Promise<Value> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

const TRIES = 50
const TRY_AGAIN_MS = 200

/** A topic that was just made may be without a leader for a moment: it is asked again, up to ten seconds. */
export async function endsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let tries = 1; ; tries++) {
    try {
      return await admin.fetchTopicOffsets(topic)
    } catch (error) {
      const isPassing = error instanceof Error && 'retriable' in error && error.retriable === true
      if (!isPassing || tries === TRIES) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))
  }
}

/** As retention does: what stands in front of these offsets is gone. */
export function deleteRecords(
  connections: Connections,
  topic: string,
  partitions: { partition: number; offset: string }[],
): Promise<void> {
  return withAdmin(connections, async (admin) => {
    // kafkajs deletes from topics only that it knows already.
    await endsOf(admin, topic)
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

/** Everything that a topic holds now, by partition and offset. */
export async function readTopic({ kafka }: Connections, topic: string): Promise<ReadMessage[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = await endsOf(admin, topic)
  const left = new Map(
    ends.flatMap(({ partition, low, high }) =>
      Number(high) > Number(low) ? [[partition, Number(high)] as const] : [],
    ),
  )
  const read: ReadMessage[] = []
  if (left.size === 0) {
    await admin.disconnect()
    return read
  }
  const groupId = `reader-${randomUUID()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
      read.push(toRead(partition, message))
      if (Number(message.offset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition)
      if (left.size === 0) resolve()
    }
    consumer.run({ autoCommit: false, eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  await admin.deleteGroups([groupId])
  await admin.disconnect()
  return read.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

interface KafkaMessage {
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: object
}

function toRead(partition: number, { offset, key, value, headers = {} }: KafkaMessage): ReadMessage {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(text)] as const)
  return {
    partition,
    offset: Number(offset),
    key: key === null ? null : key.toString(),
    value,
    headers: Object.fromEntries(texts),
  }
}

/** A batch as the consumer would hand it on; offsets count from `from`. */
export function batchOf(
  topic: string,
  values: readonly (Buffer | string | null)[],
  { from = 0, at = new Date(), partition = 0 }: { from?: number; at?: Date; partition?: number } = {},
): Batch {
  const messages = values.map((value, index) => ({
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: {},
    partition,
    offset: from + index,
    at,
  }))
  return { topic, partition, messages, highWatermark: from + messages.length }
}
