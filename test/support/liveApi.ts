import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import kafkajs from 'kafkajs'
import { newKey } from '../../scripts/keys.js'
import { freePort } from '../../scripts/services/ports.js'
import { checked, contractOf, type OpenApi } from './contract.js'
import { openDatabase } from './database.js'
import { until } from './engineWorld.js'
import { type Caller, callerOf } from './http.js'

/** The whole service as a process of its own, on a database and topics of its own. */
export interface LiveApi {
  readonly url: string
  /** With the secret key; every answer is held against OpenAPI. */
  readonly call: Caller
  readonly publicCall: Caller
  readonly keys: { readonly secretKey: string; readonly publicKey: string }
  close(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

export async function startLiveApi(env: Readonly<Record<string, string>> = {}): Promise<LiveApi> {
  const database = await openDatabase()
  const prefix = `t${randomUUID().slice(0, 8)}.`
  const keys = { secretKey: newKey('sk'), publicKey: newKey('pk') }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      MONGODB_URI: database.uri,
      TOPIC_PREFIX: prefix,
      PARTITIONS: '3',
      PORT: `${port}`,
      LOG_LEVEL: 'silent',
      MILLRACE_SECRET_KEY: keys.secretKey,
      MILLRACE_PUBLIC_KEY: keys.publicKey,
      ...env,
    },
  })
  await untilReady(child, url)
  const check = contractOf((await (await fetch(`${url}/openapi.json`)).json()) as OpenApi)
  return {
    url,
    keys,
    call: checked(callerOf(url, keys.secretKey), check),
    publicCall: checked(callerOf(url, keys.publicKey), check),
    close: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      await deleteTopics(prefix)
      await database.drop()
    },
  }
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  await until(
    'the process is ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode}`)
      return await fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    },
    60_000,
  )
}

async function deleteTopics(prefix: string): Promise<void> {
  const brokers = String(process.env['KAFKA_BROKERS']).split(',')
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix))
  await admin.deleteTopics({ topics })
  await admin.disconnect()
}
