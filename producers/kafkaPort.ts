import { MillraceError, messageOf } from '../src/errors.js'
import { connectWithin, createProducer, type Kafka, type Producer } from './client.js'
import { protocolErrorOf } from './kafkaErrors.js'
import { createRounds, type TopicMessages } from './rounds.js'

export type { OutgoingMessage, TopicMessages } from './rounds.js'

/** All that the rest of the program knows of producing. */
export interface KafkaProducer {
  /**
   * Resolves when all in-sync replicas have every message. Rejects with BROKER_AWAY (retriable; a part may have
   * been written), or with PAYLOAD_TOO_LARGE where the broker refuses a message for its size. Messages of one key
   * keep their order within a call.
   */
  send(records: readonly TopicMessages[]): Promise<void>
  close(): Promise<void>
}

export interface ProducerOptions {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly patienceMs: number
  /** Told of every acknowledged append to a topic with the broker's time, right after the answer. */
  readonly onAppended?: (appended: { readonly at: Date; readonly tripMs: number }) => void
}

/** Broker-side time limit for the replicas' acknowledgement. */
const ACK_MS = 10_000

export async function connectProducer({
  kafka,
  brokers,
  patienceMs,
  onAppended = () => undefined,
}: ProducerOptions): Promise<KafkaProducer> {
  const rounds = createRounds()
  const producer = createProducer(kafka, rounds.partitionOf)
  await connectWithin(() => producer.connect(), { brokers, patienceMs })
  return {
    send: async (records) => {
      for (const topicMessages of rounds.cut(records)) {
        try {
          const sentMs = performance.now()
          const answer = await producer.sendBatch({ acks: -1, timeout: ACK_MS, topicMessages })
          const at = appendTime(answer)
          if (at !== null) onAppended({ at, tripMs: performance.now() - sentMs })
        } catch (error) {
          throw failureOf(error, brokers)
        }
      }
    },
    close: () => producer.disconnect(),
  }
}

/** The broker says -1 of a topic that keeps its producers' times. */
function appendTime(answer: Awaited<ReturnType<Producer['sendBatch']>>): Date | null {
  const times = answer.map(({ logAppendTime = '-1' }) => Number(logAppendTime))
  const latest = Math.max(-1, ...times)
  return latest < 0 ? null : new Date(latest)
}

/** What no repeat will change. */
const TOO_LARGE: ReadonlySet<unknown> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

function failureOf(error: unknown, brokers: readonly string[]): MillraceError {
  const type = protocolErrorOf(error)
  if (TOO_LARGE.has(type)) {
    return new MillraceError('PAYLOAD_TOO_LARGE', `Kafka refuses a message: ${messageOf(error)}`, {
      cause: error,
    })
  }
  const text = `Kafka at ${brokers.join(', ')} does not acknowledge: ${messageOf(error)}`
  return new MillraceError('BROKER_AWAY', text, { cause: error })
}
