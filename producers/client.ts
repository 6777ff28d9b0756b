import net from 'node:net'
import tls from 'node:tls'
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry, Producer, SASLOptions } from 'kafkajs'
import { MillraceError, messageOf } from '../src/errors.js'
import type { Announcer } from '../src/events.js'
import { within } from '../src/within.js'
import { kafkajs } from './kafkajsCures.js'

export type { Admin, Kafka, Producer } from 'kafkajs'

export interface KafkaOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** true: TLS with the system's authorities. */
  readonly ssl: boolean | tls.ConnectionOptions
  readonly sasl: SASLOptions | null
  readonly announcer: Announcer
}

/** One client a process; producers, consumers and admins are made from it. */
export function createKafka(options: KafkaOptions): Kafka {
  const { brokers, clientId, ssl, sasl, announcer } = options
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    ssl,
    connectionTimeout: 3_000,
    // Longer than a slow acknowledgement, shorter than a session.
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    socketFactory,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => announceEntry(announcer, entry),
  }
  return new kafkajs.Kafka(sasl === null ? config : { ...config, sasl })
}

function announceEntry(announcer: Announcer, { level, namespace, log }: LogEntry): void {
  const detail = typeof log['error'] === 'string' ? `: ${log['error']}` : ''
  announcer.announce('client.said', {
    client: 'kafkajs',
    level: level === kafkajs.logLevel.ERROR ? 'error' : 'warn',
    text: `${namespace}: ${log.message}${detail}`,
  })
}

const KEEP_ALIVE_MS = 60_000

/** Small requests go out at once: Nagle's algorithm costs 2 to 4 ms of every hop. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const name = net.isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl
    ? tls.connect({ host, port, ...name, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return socket
}

/**
 * Tries `connect` again until it works or `patienceMs` are over; then UNREACHABLE, with the address. An attempt
 * that hangs counts as failed.
 */
export async function connectWithin(
  connect: () => Promise<unknown>,
  { brokers, patienceMs }: { readonly brokers: readonly string[]; readonly patienceMs: number },
): Promise<void> {
  const until = performance.now() + patienceMs
  for (;;) {
    const error = await attempt(connect, Math.max(0, until - performance.now()))
    if (error === null) return
    if (performance.now() >= until) {
      const text = `Kafka at ${brokers.join(', ')} does not answer: ${messageOf(error)}`
      throw new MillraceError('UNREACHABLE', text, { cause: error })
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

const RETRY_MS = 300

async function attempt(connect: () => Promise<unknown>, limitMs: number): Promise<unknown> {
  try {
    await within(connect(), limitMs, () => new Error('no connection in time'))
    return null
  } catch (error) {
    return error
  }
}

export type Partitioner = (choice: {
  readonly topic: string
  readonly message: object
  readonly partitionMetadata: readonly unknown[]
}) => number

/**
 * Acknowledged by all in-sync replicas, not idempotent: kafkajs's idempotence can lose messages behind a send that
 * timed out, while ids make our duplicates harmless.
 */
export function createProducer(kafka: Kafka, partitioner: Partitioner): Producer {
  return kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    createPartitioner: () => partitioner,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 },
  })
}
