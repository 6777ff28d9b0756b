/** `npm run bench -- metrics`: what counting costs on the drain: CPU without metrics and with them, in turns. */
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readCounters } from '../scripts/metricsClient.js'
import { line, tableOf } from '../scripts/terminal.js'
import { layBacklog } from './backlog.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { type BenchStage, cpuSeconds, openBench, stopped, withDatabase } from './stage.js'

const MAIN = fileURLToPath(new URL('meteredMain.js', import.meta.url))
/** `timed` also adds up what counting takes: as long as nothing else, it says more than a difference can. */
const MODES = ['off', 'on', 'timed'] as const
type Mode = (typeof MODES)[number]

const LOOK_EVERY_MS = 250
/** More often than most scrape. */
const SCRAPE_EVERY_MS = 5_000
const SPENT = 'bench_counting_seconds'

interface Used {
  readonly cpuMs: number
  readonly countingMs: number
}

export async function metrics(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { n: { type: 'string', default: '30000' }, runs: { type: 'string', default: '5' } },
  })
  const n = Number(values.n)
  const table = tableOf([...MODES.map((mode) => `${mode}: CPU ms each`), 'counting, % of CPU'])
  const bench = await openBench()
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      const used: Used[] = []
      // Every run begins with another one: what a run leaves behind meets each of them.
      for (let at = 0; at < MODES.length; at++) {
        const place = (run + at) % MODES.length
        used[place] = await once(bench, n, MODES[place] ?? 'on')
      }
      const timed = used.at(-1) ?? { cpuMs: 0, countingMs: 0 }
      const share = ((100 * timed.countingMs) / timed.cpuMs).toFixed(2)
      table.push([...used.map(({ cpuMs }) => (cpuMs / n).toFixed(4)), share])
    }
  } finally {
    await bench.close()
  }
  line(`\n${table.toString()}`)
}

/** CPU of the engine's process from its start until all have ended. */
async function once(bench: BenchStage, n: number, mode: Mode): Promise<Used> {
  const run = bench.fresh()
  await layBacklog(bench, run, n, () => FIVE_STEPS)
  return withDatabase(run, async (db) => {
    const ended = () => db.collection('executions').countDocuments({ status: 'COMPLETED' })
    const engine = await run.start({ ROLES: 'engine' }, { main: { file: MAIN, args: [mode] } })
    let scrapedMs = performance.now()
    while ((await ended()) < n) {
      await pause(LOOK_EVERY_MS)
      if (performance.now() - scrapedMs < SCRAPE_EVERY_MS) continue
      await readCounters(engine.base, [])
      scrapedMs = performance.now()
    }
    const { [SPENT]: seconds = 0 } = await readCounters(engine.base, [SPENT])
    const cpuMs = cpuSeconds(engine.process.pid) * 1000
    await stopped(engine)
    return { cpuMs, countingMs: seconds * 1000 }
  })
}
