/** `npm run bench -- timers`: how late DELAYs are: idle, at a rate, with many pending; how fast many due at once go. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import type { ApiClient } from '../scripts/apiClient.js'
import { createPublisher } from '../scripts/demo/publisher.js'
import type { Millrace } from '../scripts/millrace.js'
import { line } from '../scripts/terminal.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { type Executions, insertPending, latenessOf, openExecutions } from './pendingTimers.js'
import { percentile } from './percentile.js'
import { cpuSeconds, openBench, profileFlags, type Run, residentMiB, stopped } from './stage.js'
import { until } from './until.js'

const DELAY_MS = 2_000
const PATIENCE = { everyMs: 200, withinMs: 300_000 }
const YEAR_MS = 365 * 86_400_000

interface Scene {
  readonly run: Run
  readonly api: ApiClient
  readonly brokers: string
  readonly executions: Executions
}

export async function timers(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '20' },
      rate: { type: 'string', default: '1000' },
      pending: { type: 'string', default: '1000000' },
      due: { type: 'string', default: '100000' },
      /** A folder for V8's CPU profiles of the engine. */
      profile: { type: 'string' },
    },
  })
  const table = new Table({ head: ['DELAYs of 2 s', 'n', 'early', 'p50 ms', 'p99', 'max'] })
  const bench = await openBench()
  try {
    const run = bench.fresh()
    let engine = await run.start({})
    const uri = new URL(bench.services.env.MONGODB_URI)
    uri.pathname = `/${run.prefix.slice(0, -1)}`
    const executions = await openExecutions(uri.toString())
    const scene = { run, api: run.api(engine), brokers: bench.services.env.KAFKA_BROKERS, executions }
    const seconds = Number(values.seconds)
    table.push(await delays(scene, { name: 'idle', rate: 20, seconds }))
    table.push(await delays(scene, { name: `${values.rate}/s`, rate: Number(values.rate), seconds }))
    const before = residentMiB(engine.process.pid)
    await addPending(scene, Number(values.pending))
    engine = await restart(run, engine, values.profile)
    const again = { ...scene, api: run.api(engine) }
    table.push(await delays(again, { name: `${values.pending} pending`, rate: 20, seconds }))
    line(
      `resident ${before} MiB without, ${residentMiB(engine.process.pid)} MiB with ${values.pending} pending`,
    )
    await drain(again, engine, Number(values.due))
    await executions.close()
    await stopped(engine)
  } finally {
    await bench.close()
  }
  line(`\n${table.toString()}`)
}

async function restart(run: Run, engine: Millrace, profile?: string): Promise<Millrace> {
  await stopped(engine)
  const began = performance.now()
  const next = await run.start({}, { flags: profileFlags(profile) })
  line(`ready after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return next
}

function delayed(api: ApiClient, name: string, amount: number): Promise<{ readonly id: string }> {
  return makeWorkflow(api, {
    name,
    eventName: name,
    allowReentry: true,
    steps: { Pause: { type: 'DELAY', config: { amount, unit: 'seconds' } } },
    arrows: [['trigger', 'Pause']],
  })
}

async function publishAt(
  { api, run, brokers }: Scene,
  load: { readonly name: string; readonly rate: number; readonly seconds: number },
): Promise<void> {
  const { id: projectId } = await api.get<{ id: string }>('/project')
  const publisher = await createPublisher(brokers, `${run.prefix}contact-events`)
  const perTurn = Math.max(1, Math.round(load.rate / 50))
  const began = performance.now()
  for (let sent = 0; sent < load.rate * load.seconds; sent += perTurn) {
    const wait = began + (sent * 1000) / load.rate - performance.now()
    if (wait > 0) await pause(wait)
    const events = Array.from({ length: perTurn }, (_, n) => {
      const email = `c${sent + n}@example.com`
      return { eventId: `${load.name}-${sent + n}`, projectId, name: load.name, email, data: {} }
    })
    await publisher.publish(events)
  }
  await publisher.close()
}

async function delays(
  scene: Scene,
  load: { readonly name: string; readonly rate: number; readonly seconds: number },
): Promise<(string | number)[]> {
  await delayed(scene.api, load.name, DELAY_MS / 1000)
  await publishAt(scene, load)
  const ours = { 'origin.1': { $regex: `^${load.name}-` } }
  const sent = load.rate * load.seconds
  const ended = { ...ours, status: 'COMPLETED' }
  await until(async () => (await scene.executions.all.countDocuments(ended)) >= sent, PATIENCE)
  const ms = await latenessOf(scene.executions, DELAY_MS, ours)
  const early = ms.filter((one) => one < 0).length
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => percentile(ms, share))
  return [load.name, ms.length, early, p50, p99, ms.at(-1) ?? 0]
}

/** Waits of one to 365 days, as the engine itself would have left them. */
async function addPending(scene: Scene, count: number): Promise<void> {
  await delayed(scene.api, 'far', YEAR_MS / 1000 / 2)
  await publishAt(scene, { name: 'far', rate: 1, seconds: 1 })
  const filter = { 'origin.1': 'far-0', status: 'WAITING' }
  await until(async () => (await scene.executions.all.countDocuments(filter)) === 1, PATIENCE)
  const like = await scene.executions.all.findOne(filter)
  const from = Date.now() + 86_400_000
  await insertPending(scene.executions, like ?? {}, count, (n) => new Date(from + (n / count) * YEAR_MS))
}

/** All due in one second, some time from now: the rate at which they go, and how the API answers meanwhile. */
async function drain({ executions, api }: Scene, engine: Millrace, count: number): Promise<void> {
  const like = await executions.all.findOne({ 'origin.1': 'far-0' })
  // Inserting comes first: about 10,000 a second where nothing else runs.
  const at = Date.now() + Math.max(15_000, count / 4)
  const eventId = 'at-once'
  const copy = { ...like, origin: ['event', eventId] }
  await insertPending(executions, copy, count, (n) => new Date(at + (n * 1000) / count))
  line(`${count} inserted ${((at - Date.now()) / 1000).toFixed(1)} s before they are due`)
  // The last one along the index: counting what is left five times a second would be what is measured.
  const left = { dueAt: { $gte: new Date(at), $lt: new Date(at + 1_000) } }
  const lastLeft = { hint: 'due', sort: { dueAt: -1 }, projection: { _id: 1 } } as const
  const answers: number[] = []
  let unanswered = 0
  const cpuBefore = cpuSeconds(engine.process.pid)
  await until(async () => {
    const began = performance.now()
    const answered = await api.get('/workflows').then(
      () => true,
      () => false,
    )
    if (!answered) unanswered++
    else if (Date.now() >= at) answers.push(performance.now() - began)
    return (await executions.all.findOne(left, lastLeft)) === null
  }, PATIENCE)
  const [first, last] = await Promise.all(
    ([1, -1] as const).map((order) =>
      executions.all.findOne({ 'origin.1': eventId }, { sort: { completedAt: order } }),
    ),
  )
  const seconds = (last?.['touchedAt'].getTime() - first?.['touchedAt'].getTime()) / 1000
  const cpuMs = ((cpuSeconds(engine.process.pid) - cpuBefore) * 1000) / count
  answers.sort((a, b) => a - b)
  line(
    `${count} due in one second: ${Math.round(count / seconds)}/s; the API answers meanwhile within ` +
      `${Math.round(percentile(answers, 0.5))} ms (p50), ${Math.round(answers.at(-1) ?? 0)} ms (max), ${unanswered} not; ` +
      `${residentMiB(engine.process.pid)} MiB; ${cpuMs.toFixed(3)} ms of node's CPU each`,
  )
}
