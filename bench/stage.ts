import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mongo } from 'mongoose'
import { createApiClient } from '../scripts/apiClient.js'
import { newKey, type ProjectKeys } from '../scripts/keys.js'
import { type Millrace, type MillraceOptions, startMillrace } from '../scripts/millrace.js'
import { resolveServices } from '../scripts/services/resolve.js'
import type { Services } from '../scripts/services/types.js'
import { progressLine } from '../scripts/terminal.js'

/** Services for a benchmark, and processes of the engine on a database and topics of their own. */
export interface BenchStage {
  readonly services: Services
  /** A fresh database and topic prefix; processes started with it share them. */
  fresh(): Run
  close(): Promise<void>
}

export interface Run {
  readonly prefix: string
  readonly keys: ProjectKeys
  readonly mongoUri: string
  start(env: Readonly<Record<string, string>>, how?: How): Promise<Millrace>
  api(millrace: Millrace): ReturnType<typeof createApiClient>
}

/** Flags of Node.js, or another way into the program. */
type How = Pick<MillraceOptions, 'flags' | 'main'>

/** V8 settings and time limits are those of the service; only the log is quiet. */
export async function openBench(): Promise<BenchStage> {
  const state = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const services = await resolveServices({ state, keepData: false, name: 'bench', onProgress: progressLine })
  let runs = 0
  const fresh = (): Run => {
    const name = `bench${process.pid}x${runs++}`
    const keys = { secretKey: newKey('sk'), publicKey: newKey('pk') }
    const uri = new URL(services.env.MONGODB_URI)
    uri.pathname = `/${name}`
    let started = 0
    return {
      prefix: `${name}.`,
      keys,
      mongoUri: uri.toString(),
      start: (env, how = {}) => {
        const all = { MONGODB_URI: uri.toString(), TOPIC_PREFIX: `${name}.`, LOG_LEVEL: 'warn', ...env }
        const process_ = `${name}-${started++}`
        return startMillrace(services, {
          keys,
          env: all,
          output: join(state, `${process_}.log`),
          name: process_,
          ...how,
        })
      },
      api: (millrace) => createApiClient(millrace.base, keys.secretKey),
    }
  }
  return { services, fresh, close: () => services.stop() }
}

/** Has V8 write a CPU profile into the folder when the process ends. */
export function profileFlags(folder: string | undefined): string[] {
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

/** Ends a process as an operator would, and waits for it. */
export async function stopped({ process: held }: Millrace): Promise<void> {
  process.kill(held.pid, 'SIGTERM')
  await held.exited
}

/** Calls with the run's database, which is deleted behind it. */
export async function withDatabase<Result>(
  { mongoUri }: Run,
  work: (db: mongo.Db) => Promise<Result>,
): Promise<Result> {
  const client = await new mongo.MongoClient(mongoUri).connect()
  try {
    return await work(client.db())
  } finally {
    await client.db().dropDatabase()
    await client.close()
  }
}

const TICKS_PER_SECOND = 100

/** CPU seconds that a process has used, where the system tells it. */
export function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

export function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}
