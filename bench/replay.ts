/** `npm run bench -- replay`: how fast a replay reads what hardly matches, and what one that starts much does to live traffic. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { mongo } from 'mongoose'
import { line } from '../scripts/terminal.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { percentile } from './percentile.js'
import { publishMany } from './publishMany.js'
import { type BenchStage, openBench, type Run, stopped } from './stage.js'
import { percentiles, steadyLatencies } from './steadyLoad.js'

const BACKFILL = { ...FIVE_STEPS, name: 'Backfill', eventName: 'bought' }
const LOOK_EVERY_MS = 100

type Api = ReturnType<Run['api']>

interface Shown {
  readonly id: string
  readonly status: string
  readonly scanned: number
  readonly started: number
  readonly createdAt: string
  readonly completedAt: string | null
}

export async function replay(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '500000' },
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '20' },
      /** Executions that the replay starts a second beside live traffic. */
      replayed: { type: 'string', default: '1000' },
      /** Executions that a replay starts as fast as it can, with nothing live beside it. */
      starts: { type: 'string', default: '10000' },
    },
  })
  const bench = await openBench()
  try {
    await scan(bench, Number(values.events))
    await startAll(bench, Number(values.starts))
    const { rate, seconds, replayed } = values
    await besideLive(bench, { rate: Number(rate), seconds: Number(seconds), replayed: Number(replayed) })
  } finally {
    await bench.close()
  }
}

/** No engine runs: what is read is all that costs. */
async function scan(bench: BenchStage, events: number): Promise<void> {
  const run = bench.fresh()
  const millrace = await run.start({ ROLES: 'api,replay' })
  const api = run.api(millrace)
  const { id: projectId } = await api.get<{ id: string }>('/project')
  await publishMany(bench, run, { projectId, name: 'viewed', n: events })
  await publishMany(bench, run, { projectId, name: BACKFILL.eventName, n: events / 1_000 })
  const { id } = await makeWorkflow(api, BACKFILL)
  const asked = await ask(api, id, { dryRun: true })
  const { scanned, createdAt, completedAt } = await untilEnded(api, id, asked)
  const seconds = (Date.parse(completedAt ?? '') - Date.parse(createdAt)) / 1000
  line(`  ${scanned} events read in ${seconds} s, asking included: ${Math.round(scanned / seconds)} a second`)
  await stopped(millrace)
}

/** Nothing live is about: executions of five steps, from asking to the last one's end. */
async function startAll(bench: BenchStage, starts: number): Promise<void> {
  const run = bench.fresh()
  const millrace = await run.start({})
  const api = run.api(millrace)
  const { id: projectId } = await api.get<{ id: string }>('/project')
  await publishMany(bench, run, { projectId, name: BACKFILL.eventName, n: starts })
  await untilRecorded(run, starts)
  const { id } = await makeWorkflow(api, BACKFILL)
  const began = performance.now()
  const asked = await ask(api, id, { ratePerSecond: 100_000 })
  const { started } = await untilEnded(api, id, asked)
  await untilCompleted(run, started)
  const seconds = (performance.now() - began) / 1000
  line(
    `  ${started} executions replayed alone in ${seconds.toFixed(1)} s: ${Math.round(started / seconds)} a second`,
  )
  await stopped(millrace)
}

interface Load {
  readonly rate: number
  readonly seconds: number
  readonly replayed: number
}

async function besideLive(bench: BenchStage, load: Load): Promise<void> {
  const run = bench.fresh()
  const millrace = await run.start({})
  const api = run.api(millrace)
  await makeWorkflow(api, FIVE_STEPS)
  const { id: projectId } = await api.get<{ id: string }>('/project')
  // More than the replay starts while live traffic is measured.
  const past = load.replayed * (load.seconds + 15)
  await publishMany(bench, run, { projectId, name: BACKFILL.eventName, n: past })
  await untilRecorded(run, past)
  const alone = await steadyLatencies(bench, run, { ...load, projectId, label: 'alone' })
  line(`  live alone            ${percentiles(alone)}`)
  const { id } = await makeWorkflow(api, BACKFILL)
  const asked = await ask(api, id, { ratePerSecond: load.replayed })
  const beside = await steadyLatencies(bench, run, { ...load, projectId, label: 'beside' })
  const { status, started } = await api.get<Shown>(`/workflows/${id}/replays/${asked}`)
  line(`  live beside a replay  ${percentiles(beside)}   (${started} started meanwhile, now ${status})`)
  const [before = 0, after = 0] = [alone, beside].map((sorted) => percentile(sorted, 0.99))
  line(`  p99 beside / alone: ${(after / before).toFixed(2)}`)
  await api.delete(`/workflows/${id}/replays/${asked}`).catch(() => undefined)
  await stopped(millrace)
}

async function ask(api: Api, workflowId: string, wish: object): Promise<string> {
  const from = new Date(Date.now() - 3_600_000)
  const { id } = await api.post<Shown>(`/workflows/${workflowId}/replays`, { from, mode: 'missing', ...wish })
  return id
}

async function untilEnded(api: Api, workflowId: string, id: string): Promise<Shown> {
  for (;;) {
    const shown = await api.get<Shown>(`/workflows/${workflowId}/replays/${id}`)
    if (shown.status !== 'RUNNING') return shown
    await pause(LOOK_EVERY_MS)
  }
}

function untilRecorded(run: Run, events: number): Promise<void> {
  return untilThere(run, 'events', {}, events)
}

function untilCompleted(run: Run, executions: number): Promise<void> {
  return untilThere(run, 'executions', { status: 'COMPLETED' }, executions)
}

async function untilThere({ mongoUri }: Run, name: string, which: object, count: number): Promise<void> {
  const client = await new mongo.MongoClient(mongoUri).connect()
  const collection = client.db().collection(name)
  while ((await collection.countDocuments(which)) < count) await pause(LOOK_EVERY_MS)
  await client.close()
}
