import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiClient } from '../scripts/apiClient.js'
import { newKey } from '../scripts/keys.js'
import { type Millrace, startMillrace } from '../scripts/millrace.js'
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
  readonly mongoUri: string
  start(env: Readonly<Record<string, string>>, flags?: readonly string[]): Promise<Millrace>
  api(millrace: Millrace): ReturnType<typeof createApiClient>
}

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
      mongoUri: uri.toString(),
      start: (env, flags = []) => {
        const all = { MONGODB_URI: uri.toString(), TOPIC_PREFIX: `${name}.`, LOG_LEVEL: 'warn', ...env }
        const process_ = `${name}-${started++}`
        return startMillrace(services, {
          keys,
          env: all,
          output: join(state, `${process_}.log`),
          name: process_,
          flags,
        })
      },
      api: (millrace) => createApiClient(millrace.base, keys.secretKey),
    }
  }
  return { services, fresh, close: () => services.stop() }
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

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
