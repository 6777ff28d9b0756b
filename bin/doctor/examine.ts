import { connect } from 'node:net'
import { connectWithin, createKafka, type Kafka } from '../../producers/client.js'
import { brokerFault, inspectTopics, type TopicFacts } from '../../producers/inspectTopics.js'
import type { Config } from '../../src/config.js'
import { kafkaOptions, topologyOf } from '../../src/connections.js'
import { messageOf } from '../../src/errors.js'
import { createAnnouncer } from '../../src/events.js'
import { startDatabaseClock } from '../../src/store/mongo/clock.js'
import { type Connection, connectMongo } from '../../src/store/mongo/connect.js'
import { wrongIndexes } from '../../src/store/mongo/inspectIndexes.js'
import { createMongoProgress } from '../../src/store/mongo/progress.js'
import { withPartitions } from '../../src/topology.js'
import { brokerAheadMs } from './brokerClock.js'
import {
  type Finding,
  judgeClock,
  judgeIndexes,
  judgeLag,
  judgeProgress,
  judgeTopics,
  ok,
  problem,
} from './findings.js'

/** Looks at everything that a process needs; what cannot be reached does not keep the rest from being looked at. */
export async function examine(config: Config): Promise<Finding[]> {
  const [kafka, registry, smtp] = [examineKafka(config), examineRegistry(config), examineSmtp(config)]
  const facts = await kafka
  const database = await examineDatabase(config, facts.topics)
  return [...database, ...facts.findings, ...(await registry), ...(await smtp)]
}

interface KafkaExamined {
  readonly findings: Finding[]
  readonly topics: readonly TopicFacts[]
}

async function examineKafka(config: Config): Promise<KafkaExamined> {
  const kafka = createKafka(kafkaOptions(config, createAnnouncer()))
  const admin = kafka.admin({ retry: { retries: 1 } })
  const where = config.KAFKA_BROKERS.join(', ')
  try {
    const fault = await brokerFault(admin)
    if (fault !== null) {
      const advice =
        'Is it running, and is KAFKA_BROKERS right (with KAFKA_SSL and KAFKA_SASL_… where it asks for them)?'
      return { findings: [problem('Kafka', `${where}: ${fault}`, advice)], topics: [] }
    }
    let topics: readonly TopicFacts[] = []
    // A partition that was just made does not tell its end at once.
    const inspect = async () => {
      topics = await inspectTopics(admin, topologyOf(config).all)
    }
    await connectWithin(inspect, { brokers: config.KAFKA_BROKERS, patienceMs: config.CONNECT_TIMEOUT_MS })
    const findings = [
      ok('Kafka', `${where} answers`),
      ...judgeTopics(topics, config.ALLOW_CREATE_TIME),
      ...judgeLag(topics),
      ...(await examineBrokerClock(kafka, config, topics)),
    ]
    return { findings, topics }
  } finally {
    await admin.disconnect()
  }
}

/** Measured by a produce, which needs the topics. */
async function examineBrokerClock(
  kafka: Kafka,
  config: Config,
  topics: readonly TopicFacts[],
): Promise<Finding[]> {
  if (topics.some(({ there }) => there === null || there.leaderless > 0)) return []
  return [judgeClock('Kafka', await brokerAheadMs(kafka, config))]
}

async function examineDatabase(config: Config, topics: readonly TopicFacts[]): Promise<Finding[]> {
  let connection: Connection
  try {
    connection = await connectMongo({ uri: config.MONGODB_URI, waitMs: config.CONNECT_TIMEOUT_MS })
  } catch (error) {
    const advice = 'Is it running, is MONGODB_URI right, and is it a replica set (one member is enough)?'
    return [problem('MongoDB', messageOf(error), advice)]
  }
  try {
    return [ok('MongoDB', 'answers'), ...(await examineInside(connection, config, topics))]
  } finally {
    await connection.close()
  }
}

async function examineInside(
  { db }: Connection,
  config: Config,
  topics: readonly TopicFacts[],
): Promise<Finding[]> {
  const clock = await startDatabaseClock(db, () => undefined)
  const now = clock.now()
  clock.stop()
  const skew = judgeClock('MongoDB', now.getTime() - Date.now())
  const indexes = judgeIndexes(await wrongIndexes(db, config.EVENT_RETENTION_DAYS))
  const counts = new Map(
    topics.flatMap(({ topic, there }) => (there ? [[topic.name, there.partitions]] : [])),
  )
  const input = withPartitions(topologyOf(config), counts as Map<string, number>).contactEvents
  const passed = await createMongoProgress(db).read(input.name)
  return [...indexes, skew, judgeProgress(input.partitions, passed, now)]
}

async function examineRegistry({ SCHEMA_REGISTRY_URL: url }: Config): Promise<Finding[]> {
  if (url === undefined) return [ok('schema registry', 'none is set: JSON is written')]
  const advice = 'Is it running, and is SCHEMA_REGISTRY_URL the address of its Confluent API?'
  try {
    const answer = await fetch(`${url.replace(/\/$/, '')}/subjects`, {
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    if (answer.ok) return [ok('schema registry', `${url} answers`)]
    return [problem('schema registry', `${url} answers ${answer.status}`, advice)]
  } catch (error) {
    return [problem('schema registry', `${url}: ${messageOf(error)}`, advice)]
  }
}

const LIMIT_MS = 5_000
const SMTP_PORT = 25

/** A connection only: nothing is sent, no password is tried. */
async function examineSmtp({ SMTP_URL: smtp }: Config): Promise<Finding[]> {
  if (smtp === undefined) return [ok('mail server', 'none is set: mails are kept, not sent')]
  const { hostname, port } = new URL(smtp)
  const where = `${hostname}:${port || SMTP_PORT}`
  const fault = await connectionFault(hostname, Number(port || SMTP_PORT))
  if (fault === null) return [ok('mail server', `${where} answers`)]
  return [
    problem(
      'mail server',
      `${where}: ${fault}`,
      'Is it running, and is SMTP_URL right? Mails wait meanwhile.',
    ),
  ]
}

function connectionFault(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LIMIT_MS })
    const end = (fault: string | null) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end(null))
    socket.once('timeout', () => end('no connection in time'))
    socket.once('error', (error) => end(messageOf(error)))
  })
}
