/** `npm run bench -- webhooks|mails`: effects a second to a local sink, from events published beforehand. */
import { parseArgs } from 'node:util'
import type { ApiClient } from '../scripts/apiClient.js'
import { line, tableOf } from '../scripts/terminal.js'
import { layBacklog } from './backlog.js'
import { type CountingSink, countMails, countWebhooks } from './effectSinks.js'
import { type BenchStage, cpuSeconds, openBench, profileFlags, residentMiB, stopped } from './stage.js'

/** One kind of effect: its receiver, the settings it takes, and the one step of its workflow. */
interface Effect {
  readonly name: string
  open(): Promise<CountingSink>
  env(sink: CountingSink): Readonly<Record<string, string>>
  step(api: ApiClient, sink: CountingSink): Promise<{ readonly type: string; readonly config: object }>
}

export async function webhooks(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...COMMON, ms: { type: 'string', default: '0' } },
  })
  await measure(values, {
    name: 'webhooks',
    open: () => countWebhooks(Number(values.ms)),
    env: ({ port }) => ({ WEBHOOK_ALLOW: `127.0.0.1:${port}` }),
    step: async (_api, { port }) => ({
      type: 'WEBHOOK',
      config: { url: `http://127.0.0.1:${port}/`, secret: 'whsec_c2VjcmV0LW9mLXRoZS1iZW5jaG1hcms=' },
    }),
  })
}

export async function mails(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: COMMON })
  await measure(values, {
    name: 'mails',
    open: countMails,
    env: ({ port }) => ({ SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'bounces@shop.example' }),
    step: async (api) => {
      const body = '<p>Hi {{ email }}, you chose {{ event.plan }}.</p>'
      const template = { name: 'Bench', subject: 'Hi {{ email }}', body, from: 'team@shop.example' }
      const { id } = await api.post<{ id: string }>('/templates', template)
      return { type: 'SEND_EMAIL', config: { templateId: id } }
    },
  })
}

const COMMON = {
  n: { type: 'string', default: '10000' },
  runs: { type: 'string', default: '3' },
  /** A folder for V8's CPU profiles of the engine. */
  profile: { type: 'string' },
} as const

interface Options {
  readonly n: string
  readonly runs: string
  readonly profile?: string
}

async function measure(options: Options, effect: Effect): Promise<void> {
  const n = Number(options.n)
  const bench = await openBench()
  const table = tableOf([`${effect.name}/s`, 'CPU ms each: node', 'mongod', 'kafka', 'MiB', 'repeats'])
  const rates: number[] = []
  try {
    for (let run = 0; run < Number(options.runs); run++) {
      const { seconds, cpu, memory, repeats } = await once(bench, effect, {
        n,
        flags: profileFlags(options.profile),
      })
      rates.push(n / seconds)
      table.push([
        Math.round(n / seconds),
        ...cpu.map((used) => ((used / n) * 1000).toFixed(3)),
        memory,
        repeats,
      ])
    }
  } finally {
    await bench.close()
  }
  rates.sort((a, b) => a - b)
  line(`\n${table.toString()}\nmedian ${Math.round(rates[rates.length >> 1] ?? 0)} ${effect.name}/s of ${n}`)
}

async function once(
  bench: BenchStage,
  effect: Effect,
  { n, flags }: { readonly n: number; readonly flags: readonly string[] },
) {
  const sink = await effect.open()
  const run = bench.fresh()
  await layBacklog(bench, run, n, async (api) => ({
    name: effect.name,
    eventName: 'signed_up',
    steps: { call: await effect.step(api, sink) },
    arrows: [['trigger', 'call']],
  }))
  const engine = await run.start({ ROLES: 'api,engine', ...effect.env(sink) }, { flags })
  const { pids } = bench.services
  const cpu = () => [engine.process.pid, pids?.mongod, pids?.kafka].map(cpuSeconds)
  const before = cpu()
  await sink.reached(n)
  const used = cpu().map((after, index) => after - (before[index] ?? 0))
  const memory = residentMiB(engine.process.pid)
  await stopped(engine)
  await sink.close()
  return { seconds: sink.seconds(), cpu: used, memory, repeats: sink.received() - sink.counts.size }
}
