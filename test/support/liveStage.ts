import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import kafkajs from 'kafkajs'
import { type ApiClient, createApiClient } from '../../scripts/apiClient.js'
import { newKey } from '../../scripts/keys.js'
import { freePort } from '../../scripts/services/ports.js'
import { openDatabase, type TestDatabase } from './database.js'
import { until } from './engineWorld.js'

/** A process of the service that a test may kill, stop and go on with. */
export interface LiveProcess {
  readonly base: string
  readonly api: ApiClient
  /** All that it wrote to its standard output and error. */
  output(): string
  signal(name: NodeJS.Signals): void
  /** Resolves with the exit code (null: a signal ended it) once it is gone. */
  readonly exited: Promise<number | null>
  ready(withinMs?: number): Promise<void>
}

/** Processes on one database and one set of topics of their own. */
export interface LiveStage {
  readonly database: TestDatabase
  readonly prefix: string
  readonly brokers: string
  /** `ready: false`: answers at once. */
  start(env?: Readonly<Record<string, string>>, how?: { readonly ready: boolean }): Promise<LiveProcess>
  close(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

export async function openLiveStage(common: Readonly<Record<string, string>> = {}): Promise<LiveStage> {
  const database = await openDatabase()
  const prefix = `t${randomUUID().slice(0, 8)}.`
  const keys = { secretKey: newKey('sk'), publicKey: newKey('pk') }
  const brokers = common['KAFKA_BROKERS'] ?? String(process.env['KAFKA_BROKERS'])
  const living = new Set<LiveProcess>()
  const base = {
    ...process.env,
    MONGODB_URI: database.uri,
    TOPIC_PREFIX: prefix,
    PARTITIONS: '3',
    LOG_LEVEL: 'warn',
    MILLRACE_SECRET_KEY: keys.secretKey,
    MILLRACE_PUBLIC_KEY: keys.publicKey,
    ...common,
  }
  return {
    database,
    prefix,
    brokers,
    start: async (env = {}, { ready } = { ready: true }) => {
      const live = await launch({ ...base, ...env }, keys.secretKey)
      living.add(live)
      void live.exited.then(() => living.delete(live))
      if (ready) await live.ready()
      return live
    },
    close: async () => {
      for (const live of living) for (const name of ['SIGCONT', 'SIGKILL'] as const) live.signal(name)
      await Promise.all([...living].map((live) => live.exited))
      await deleteTopics(brokers, prefix)
      await database.drop()
    },
  }
}

async function launch(env: NodeJS.ProcessEnv, secretKey: string): Promise<LiveProcess> {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, PORT: String(port) },
  })
  const written: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => written.push(part))
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const output = () => Buffer.concat(written).toString()
  let gone = false
  void exited.then(() => {
    gone = true
  })
  return {
    base,
    api: createApiClient(`${base}`, secretKey),
    output,
    signal: (name) => child.kill(name),
    exited,
    ready: (withinMs = 60_000) =>
      until(
        'the process is ready',
        async () => {
          if (gone) throw new Error(`the process ended: ${output()}`)
          return fetch(`${base}/ready`).then(
            ({ ok }) => ok,
            () => false,
          )
        },
        withinMs,
      ),
  }
}

async function deleteTopics(brokers: string, prefix: string): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix))
  await admin.deleteTopics({ topics })
  await admin.disconnect()
}
