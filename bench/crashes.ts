/** `npm run bench -- crashes`: webhooks through kills of the process; repeats against their bound. */
import { parseArgs } from 'node:util'
import { line, tableOf } from '../scripts/terminal.js'
import type { WorkflowPlan } from '../scripts/workflows.js'
import { layBacklog } from './backlog.js'
import { type CountingSink, countWebhooks } from './effectSinks.js'
import { type BenchStage, openBench, stopped } from './stage.js'

/** A lease outlives its call's time limit by 30 s: what a kill interrupted comes again after that. */
const TIMEOUT_SECONDS = 1
const CALL_MS = 20

interface Given {
  readonly n: number
  readonly kills: number
  readonly slots: number
}

export async function crashes(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      n: { type: 'string', default: '5000' },
      kills: { type: 'string', default: '5' },
      slots: { type: 'string', default: '100' },
    },
  })
  const given = { n: Number(values.n), kills: Number(values.kills), slots: Number(values.slots) }
  const bench = await openBench()
  const sink = await countWebhooks(CALL_MS)
  try {
    await throughKills(bench, sink, given)
  } finally {
    await sink.close()
    await bench.close()
  }
  const table = tableOf(['webhooks', 'kills', 'arrived', 'repeats', 'bound', 'most of one'])
  const { n, kills, slots } = given
  const most = Math.max(...sink.counts.values())
  table.push([n, kills, sink.counts.size, sink.received() - sink.counts.size, kills * slots, most])
  line(`\n${table.toString()}`)
  if (sink.counts.size !== n) throw new Error(`${n - sink.counts.size} webhooks never arrived`)
}

async function throughKills(
  bench: BenchStage,
  sink: CountingSink,
  { n, kills, slots }: Given,
): Promise<void> {
  const run = bench.fresh()
  const config = { url: `http://127.0.0.1:${sink.port}/`, timeoutSeconds: TIMEOUT_SECONDS }
  const steps = { call: { type: 'WEBHOOK', config } }
  const plan: WorkflowPlan = { name: 'crashes', eventName: 'signed_up', steps, arrows: [['trigger', 'call']] }
  await layBacklog(bench, run, n, () => plan)
  const env = {
    ROLES: 'api,engine',
    WEBHOOK_ALLOW: `127.0.0.1:${sink.port}`,
    EFFECT_SLOTS: String(slots),
    WEBHOOK_HOST_SLOTS: String(slots),
  }
  for (let kill = 1; kill <= kills; kill++) {
    const engine = await run.start(env)
    await sink.reached(Math.max(sink.received(), Math.floor((n * kill) / (kills + 1))))
    process.kill(engine.process.pid, 'SIGKILL')
    await engine.process.exited
  }
  const last = await run.start(env)
  await sink.known(n)
  await stopped(last)
}
