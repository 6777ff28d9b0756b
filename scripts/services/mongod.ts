import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { mongo } from 'mongoose'
import type { HeldProcess, Keeper } from './keeperClient.js'
import { mongoAnswers, untilUp } from './probe.js'

const UP_WITHIN_MS = 180_000
const NOT_YET_INITIALIZED = 94
const REPLICA_SET = 'rs0'

export interface LocalMongod {
  readonly keeper: Keeper
  readonly binary: string
  readonly state: string
  readonly port: number
}

export function mongodUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/millrace?replicaSet=${REPLICA_SET}`
}

/** A replica set of one: transactions and majority writes work as on a real one. */
export async function startMongod({ keeper, binary, state, port }: LocalMongod): Promise<HeldProcess> {
  const home = join(state, 'mongod')
  const data = join(home, 'data')
  const log = join(home, 'mongod.log')
  mkdirSync(data, { recursive: true })
  const cacheGb = process.env['MILLRACE_MONGOD_CACHE_GB'] ?? '1'
  const child = await keeper.start({
    name: 'mongod',
    command: binary,
    args: [
      ...['--replSet', REPLICA_SET, '--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', data],
      ...['--wiredTigerCacheSizeGB', cacheGb, '--oplogSize', '512', '--nounixsocket'],
      // Nobody could take over: a stop need not wait for a successor.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=0'],
    ],
    cwd: home,
    output: log,
    stopWithinMs: 15_000,
  })
  const direct = `mongodb://127.0.0.1:${port}/?directConnection=true`
  const probe = async (): Promise<boolean> => {
    await makeReplicaSet(direct, port)
    return mongoAnswers(mongodUri(port))
  }
  await untilUp({ name: 'mongod', child, log, withinMs: UP_WITHIN_MS, probe })
  return child
}

/** First start: initiates. Later starts: corrects the member's address if the port is another one. */
async function makeReplicaSet(direct: string, port: number): Promise<void> {
  const client = new mongo.MongoClient(direct, { serverSelectionTimeoutMS: 2000 })
  const host = `127.0.0.1:${port}`
  try {
    const admin = client.db('admin')
    const config = await readConfig(admin)
    if (config === undefined) {
      await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } })
    } else if (config['members'][0].host !== host) {
      const members = [{ ...config['members'][0], host }]
      const version = config['version'] + 1
      await admin.command({ replSetReconfig: { ...config, version, members }, force: true })
    }
  } finally {
    await client.close()
  }
}

async function readConfig(admin: mongo.Db): Promise<mongo.Document | undefined> {
  try {
    return (await admin.command({ replSetGetConfig: 1 }))['config'] as mongo.Document
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined
    throw error
  }
}
