/** `npm run bench -- drain`: events published beforehand, through five steps each, until all have ended. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { mongo } from 'mongoose'
import { readCounters } from '../scripts/metricsClient.js'
import { line, tableOf } from '../scripts/terminal.js'
import { layBacklog } from './backlog.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { type BenchStage, cpuSeconds, openBench, profileFlags, residentMiB, stopped } from './stage.js'

const LOOK_EVERY_MS = 50
const WITHIN_MS = 240_000
const STEPS_EACH = 5

interface Figures {
  readonly seconds: number
  readonly node: number
  readonly mongod: number
  readonly kafka: number
  readonly memory: number
}

export async function drain(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      n: { type: 'string', default: '30000' },
      runs: { type: 'string', default: '3' },
      /** A folder for V8's CPU profiles of the engine. */
      profile: { type: 'string' },
    },
  })
  const n = Number(values.n)
  const bench = await openBench()
  const table = tableOf(['executions/s', 'steps/s', 'CPU ms/execution node', 'mongod', 'kafka', 'MiB'])
  const rates: number[] = []
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      const { seconds, node, mongod, kafka, memory } = await once(bench, n, values.profile)
      const perExecution = (cpu: number) => ((cpu / n) * 1000).toFixed(3)
      rates.push(n / seconds)
      table.push([
        Math.round(n / seconds),
        Math.round((n * STEPS_EACH) / seconds),
        perExecution(node),
        perExecution(mongod),
        perExecution(kafka),
        memory,
      ])
    }
  } finally {
    await bench.close()
  }
  rates.sort((a, b) => a - b)
  line(`\n${table.toString()}\nmedian ${Math.round(rates[rates.length >> 1] ?? 0)} executions/s of ${n}`)
}

async function once(bench: BenchStage, n: number, profile?: string): Promise<Figures> {
  const run = bench.fresh()
  await layBacklog(bench, run, n, () => FIVE_STEPS)
  const { pids } = bench.services
  const cpu = () => [pids?.mongod, pids?.kafka].map(cpuSeconds)
  const before = cpu()
  const engine = await run.start({ ROLES: 'api,engine' }, { flags: profileFlags(profile) })
  await untilEnded(engine.base, n)
  const [mongod = 0, kafka = 0] = cpu().map((after, index) => after - (before[index] ?? 0))
  const node = cpuSeconds(engine.process.pid)
  const memory = residentMiB(engine.process.pid)
  await stopped(engine)
  return { seconds: await spanOf(run.mongoUri), node, mongod, kafka, memory }
}

async function untilEnded(base: string, n: number): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (Date.now() < deadline) {
    const counts = await readCounters(base, ['millrace_executions_ended_total'])
    if ((counts['millrace_executions_ended_total'] ?? 0) >= n) return
    await pause(LOOK_EVERY_MS)
  }
  throw new Error(`not all of ${n} executions ended within ${WITHIN_MS / 1000} s`)
}

/** Seconds from the first execution's start to the last one's end, as the documents tell. */
async function spanOf(uri: string): Promise<number> {
  const client = new mongo.MongoClient(uri)
  const executions = client.db().collection('executions')
  const [span] = await executions
    .aggregate([{ $group: { _id: null, from: { $min: '$startedAt' }, to: { $max: '$completedAt' } } }])
    .toArray()
  await client.close()
  const { from, to } = span as { readonly from: Date; readonly to: Date }
  return (to.getTime() - from.getTime()) / 1000
}
