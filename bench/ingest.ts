/** `npm run bench -- ingest`: events over HTTP, each answered once Kafka has it; the load is a process of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import Table from 'cli-table3'
import { line } from '../scripts/terminal.js'
import type { LoadFigures } from './ingestLoad.js'
import { cpuSeconds, openBench, type Run, stopped, withDatabase } from './stage.js'

const LOAD = fileURLToPath(new URL('./ingestLoad.js', import.meta.url))
const WARM_S = 3
const run = promisify(execFile)

interface Way {
  readonly path: '/v1/track' | '/events'
  readonly connections: number
  readonly events: number
}

export async function ingest(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string', default: '50' },
      many: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '8' },
      runs: { type: 'string', default: '3' },
      roles: { type: 'string', default: 'api' },
    },
  })
  const ways: Way[] = [
    { path: '/v1/track', connections: Number(values.connections), events: 1 },
    { path: '/events', connections: 10, events: Number(values.many) },
  ]
  const bench = await openBench()
  const table = new Table({
    head: ['call', 'requests/s', 'events/s', 'p50 ms', 'p99 ms', 'max ms', 'CPU µs/event', 'refused'],
    style: { head: [], border: [] },
  })
  try {
    const fresh = bench.fresh()
    await withDatabase(fresh, async () => {
      const millrace = await fresh.start({ ROLES: values.roles })
      for (const way of ways) {
        const load = (seconds: number) => loadOn(fresh, millrace.base, { ...way, seconds })
        await load(WARM_S)
        for (let n = 0; n < Number(values.runs); n += 1) {
          const before = cpuSeconds(millrace.process.pid)
          const figures = await load(Number(values.seconds))
          table.push(rowOf(way, figures, cpuSeconds(millrace.process.pid) - before))
        }
      }
      await stopped(millrace)
    })
  } finally {
    await bench.close()
  }
  line(`\nroles: ${values.roles}\n${table.toString()}`)
}

function rowOf({ path, events }: Way, figures: LoadFigures, cpu: number): (string | number)[] {
  const { requests, seconds, refused, p50, p99, max } = figures
  const sent = requests * events
  const perSecond = (count: number) => Math.round(count / seconds).toLocaleString('en')
  const times = [p50, p99, max].map((ms) => ms.toFixed(1))
  return [path, perSecond(requests), perSecond(sent), ...times, ((cpu / sent) * 1e6).toFixed(1), refused]
}

async function loadOn({ keys }: Run, base: string, load: Way & { seconds: number }): Promise<LoadFigures> {
  const key = load.path === '/v1/track' ? keys.publicKey : keys.secretKey
  const options = Object.entries({ base, key, ...load }).map(([name, value]) => `--${name}=${value}`)
  const { stdout } = await run(process.execPath, [LOAD, ...options])
  return JSON.parse(stdout) as LoadFigures
}
