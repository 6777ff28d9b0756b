import { createKafka, type Kafka } from '../producers/client.js'
import { connectProducer } from '../producers/kafkaPort.js'
import { createOutbox, type Outbox } from '../producers/outputs.js'
import { ensureTopics } from '../producers/topics.js'
import { validateTopology } from '../producers/validateTopology.js'
import { type Codec, createCodec } from '../schemas/registry.js'
import { type BrokerTime, createBrokerTime, keepMeasuring } from './brokerTime.js'
import type { Config } from './config.js'
import type { Announcer } from './events.js'
import { startDatabaseClock } from './store/mongo/clock.js'
import { connectMongo } from './store/mongo/connect.js'
import { serviceSecret } from './store/mongo/secret.js'
import { openStores, prepareDatabase, type Stores } from './store/mongo/stores.js'
import type { Clock } from './store/ports/clock.js'
import { createTopology, DAY_MS, type Topology, withPartitions } from './topology.js'
import type { Tracing } from './tracing/port.js'
import { PACKAGE_VERSION } from './version.js'

/** Everything outside that a process is connected to; opened in order, closed in reverse. */
export interface Connections {
  readonly stores: Stores
  readonly clock: Clock
  readonly brokerTime: BrokerTime
  readonly kafka: Kafka
  readonly codec: Codec
  readonly outbox: Outbox
  readonly topology: Topology
  readonly linkSecret: string
  /** Absent: traces are off. */
  readonly tracing?: Tracing
  /** Throws what keeps the database or the broker from answering. */
  probe(): Promise<void>
  close(): Promise<void>
}

export async function openConnections(config: Config, announcer: Announcer): Promise<Connections> {
  const patienceMs = config.CONNECT_TIMEOUT_MS
  const mongo = await connectMongo({ uri: config.MONGODB_URI, waitMs: patienceMs })
  const clock = await startDatabaseClock(mongo.db, (error) =>
    announcer.announce('failure', { where: 'database clock', error }),
  )
  await prepareDatabase(mongo.db, config.EVENT_RETENTION_DAYS)
  const table = topologyOf(config)
  validateTopology(table)
  const codec = await createCodec({ registryUrl: config.SCHEMA_REGISTRY_URL ?? null, patienceMs })
  const brokerTime = createBrokerTime(clock)
  const { kafka, producer, topology } = await openKafka(config, announcer, { table, brokerTime })
  const outbox = createOutbox({ producer, codec, topology, lifecycleFacts: config.LIFECYCLE_FACTS })
  const within = { brokers: config.KAFKA_BROKERS, patienceMs }
  const measuring = await keepMeasuring(brokerTime, { outbox, clock, announcer, ...within })
  const tracing = await tracingOf(config)
  return {
    ...(tracing === undefined ? {} : { tracing }),
    stores: openStores(mongo.db, clock, config.EXECUTION_RETENTION_DAYS * DAY_MS),
    clock,
    brokerTime,
    kafka,
    codec,
    outbox,
    topology,
    linkSecret: await serviceSecret(mongo.db),
    probe: async () => {
      await mongo.db.command({ ping: 1 })
      await probeBroker(kafka)
    },
    close: async () => {
      await measuring.stop()
      await tracing?.close()
      await producer.close()
      clock.stop()
      await mongo.close()
    },
  }
}

/** The libraries are loaded where traces are on, and only there. */
async function tracingOf(config: Config): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: one, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: other } = config
  if ((one === undefined && other === undefined) || config.OTEL_SDK_DISABLED) return undefined
  const { openTracing } = await import('./tracing/openTracing.js')
  return openTracing({ serviceName: config.OTEL_SERVICE_NAME, version: PACKAGE_VERSION })
}

/** Client, producer and topics; the table comes back with the partitions that there really are. */
async function openKafka(
  config: Config,
  announcer: Announcer,
  { table, brokerTime }: { readonly table: Topology; readonly brokerTime: BrokerTime },
) {
  const kafka = createKafka(kafkaOptions(config, announcer))
  const within = { kafka, brokers: config.KAFKA_BROKERS, patienceMs: config.CONNECT_TIMEOUT_MS }
  const producer = await connectProducer({ ...within, onAppended: brokerTime.measured })
  const report = await ensureTopics({
    ...within,
    topology: table,
    replicationFactor: config.REPLICATION_FACTOR,
    allowCreateTime: config.ALLOW_CREATE_TIME,
  })
  for (const text of report.differences)
    announcer.announce('client.said', { client: 'topics', level: 'warn', text })
  return { kafka, producer, topology: withPartitions(table, report.partitions) }
}

export function topologyOf(config: Config): Topology {
  return createTopology({
    prefix: config.TOPIC_PREFIX,
    contactEvents: config.CONTACT_EVENTS_TOPIC ?? null,
    partitions: config.PARTITIONS,
    retentionDays: config.EVENT_RETENTION_DAYS,
  })
}

export function kafkaOptions(config: Config, announcer: Announcer) {
  const { KAFKA_BROKERS: brokers, KAFKA_SSL: ssl } = config
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = config
  const sasl = mechanism === undefined ? null : { mechanism, username, password }
  return {
    brokers,
    clientId: 'millrace',
    ssl,
    sasl: sasl as Parameters<typeof createKafka>[0]['sasl'],
    announcer,
  }
}

async function probeBroker(kafka: Kafka): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } })
  try {
    await admin.connect()
    await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}
