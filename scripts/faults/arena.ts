import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { mongo } from 'mongoose'
import { type ApiClient, createApiClient } from '../apiClient.js'
import { newKey } from '../keys.js'
import { type Millrace, startMillrace } from '../millrace.js'
import { resolveServices } from '../services/resolve.js'
import type { Progress, ResolveOptions, Services } from '../services/types.js'
import { makeWorkflow } from '../workflows.js'
import { type Fleet, type FleetOptions, startFleet } from './fleet.js'
import { FLOWS, planOf } from './flows.js'
import { openSinks, type Sinks } from './sinks.js'

/** Services for a campaign; every row runs on a database and topics of its own. */
export interface Arena {
  readonly services: Services
  readonly folder: string
  open(name: string, how: RingOptions): Promise<Ring>
  close(): Promise<void>
}

export type RingOptions = Pick<FleetOptions, 'workers' | 'hurtAlways'> & {
  readonly env?: Readonly<Record<string, string>>
}

/** One row's processes, sinks and data. */
export interface Ring {
  readonly services: Services
  readonly folder: string
  readonly prefix: string
  readonly inputTopic: string
  readonly brokers: string
  readonly fleet: Fleet
  readonly sinks: Sinks
  readonly api: ApiClient
  /** Where the API answers, and by which key. */
  readonly base: string
  readonly secretKey: string
  readonly projectId: string
  readonly db: mongo.Db
  close(): Promise<void>
}

/** What is lost is found, and who is dead is noticed, sooner than by default: rows should end. */
const QUICK = {
  PARTITIONS: '6',
  LOG_LEVEL: 'warn',
  RETRY_BASE_MS: '1000',
  SWEEP_EVERY_MS: '1000',
  SWEEP_GRACE_MS: '5000',
  SESSION_TIMEOUT_MS: '10000',
  CONNECT_TIMEOUT_MS: '120000',
}

let rings = 0

export async function openArena(
  onProgress: (step: Progress) => void,
  how: Pick<ResolveOptions, 'only'> = {},
): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
  const services = await resolveServices({
    state: folder,
    keepData: false,
    name: 'faults',
    onProgress,
    ...how,
  })
  return {
    services,
    folder,
    open: (name, how) => openRing({ services, folder, name: `${name}-${rings++}` }, how),
    close: () => services.stop(),
  }
}

interface Place {
  readonly services: Services
  readonly folder: string
  readonly name: string
}

async function openRing({ services, folder: root, name }: Place, how: RingOptions): Promise<Ring> {
  const folder = join(root, name)
  mkdirSync(folder)
  const keys = { secretKey: newKey('sk'), publicKey: newKey('pk') }
  const prefix = `faults${process.pid}-${name}.`
  const uri = new URL(services.env.MONGODB_URI)
  uri.pathname = `/faults${process.pid}-${name}`
  const sinks = await openSinks(folder)
  const outside = { WEBHOOK_ALLOW: sinks.address, SMTP_URL: sinks.smtpUrl }
  const env = { ...QUICK, ...outside, ...how.env, MONGODB_URI: uri.toString(), TOPIC_PREFIX: prefix }
  const front = await startMillrace(services, {
    keys,
    name: `${name}-api`,
    env: { ...env, ROLES: 'api' },
    output: join(folder, 'api.log'),
  })
  const api = createApiClient(front.base, keys.secretKey)
  const { id: projectId } = await api.get<{ id: string }>('/project')
  const fleet = await startFleet({ services, keys, env, folder, name, ...how })
  const client = new mongo.MongoClient(uri.toString())
  const brokers = services.env.KAFKA_BROKERS
  const inputTopic = `${prefix}contact-events`
  return {
    ...{ services, folder, prefix, inputTopic, brokers, fleet, sinks, api, projectId },
    ...{ base: front.base, secretKey: keys.secretKey },
    db: client.db(),
    close: async () => {
      await closeRing({ fleet, front, sinks, client })
      await deleteTopics(brokers, prefix)
    },
  }
}

interface Open {
  readonly fleet: Fleet
  readonly front: Millrace
  readonly sinks: Sinks
  readonly client: mongo.MongoClient
}

async function closeRing({ fleet, front, sinks, client }: Open): Promise<void> {
  await fleet.stop()
  process.kill(front.process.pid, 'SIGKILL')
  await front.process.exited
  await sinks.close()
  await client.db().dropDatabase()
  await client.close()
}

async function deleteTopics(brokers: string, prefix: string): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix))
  await admin.deleteTopics({ topics })
  await admin.disconnect()
}

/** The four workflows of the load. */
export async function makeFlows({ api, sinks }: Pick<Ring, 'api' | 'sinks'>): Promise<void> {
  const template = await api.post<{ id: string }>('/templates', {
    ...{ name: 'Fault campaign', subject: 'Hello', body: '<p>Hello</p>', from: 'faults@example.com' },
  })
  const to = { url: `http://${sinks.address}/`, templateId: template.id }
  for (const flow of FLOWS) await makeWorkflow(api, planOf(flow, to))
}
