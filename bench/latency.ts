/** `npm run bench -- latency`: an open loop of events; from the publishing call to COMPLETED, five steps. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { mongo } from 'mongoose'
import { createPublisher } from '../scripts/demo/publisher.js'
import { line } from '../scripts/terminal.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { percentile } from './percentile.js'
import { openBench } from './stage.js'

const WARM_S = 3
const SETTLE_MS = 3_000

export async function latency(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '20' },
      runs: { type: 'string', default: '3' },
    },
  })
  const bench = await openBench()
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      const run_ = bench.fresh()
      const engine = await run_.start({})
      const api = run_.api(engine)
      await makeWorkflow(api, FIVE_STEPS)
      const { id: projectId } = await api.get<{ id: string }>('/project')
      const publisher = await createPublisher(
        bench.services.env.KAFKA_BROKERS,
        `${run_.prefix}contact-events`,
      )
      const load = { rate: Number(values.rate), seconds: Number(values.seconds) + WARM_S }
      const sent = await publishSteadily(load, (index) => publisher.publish([event(projectId, index)]))
      await pause(SETTLE_MS)
      await publisher.close()
      report(await latencies(run_.mongoUri, sent.slice(WARM_S * load.rate)))
      process.kill(engine.process.pid, 'SIGTERM')
      await engine.process.exited
    }
  } finally {
    await bench.close()
  }
}

function event(projectId: string, index: number) {
  const email = `contact-${index}@example.com`
  return {
    eventId: `e${index}`,
    projectId,
    name: 'signed_up',
    email,
    data: { plan: index % 2 === 0 ? 'free' : 'pro' },
  }
}

interface Sent {
  readonly eventId: string
  readonly atMs: number
}

async function publishSteadily(
  load: { rate: number; seconds: number },
  publish: (index: number) => Promise<void>,
): Promise<Sent[]> {
  const began = performance.now()
  const sent: Sent[] = []
  const acknowledged: Promise<void>[] = []
  for (let index = 0; index < load.rate * load.seconds; index++) {
    const wait = began + (index * 1000) / load.rate - performance.now()
    if (wait > 0) await pause(wait)
    sent.push({ eventId: `e${index}`, atMs: Date.now() })
    acknowledged.push(publish(index))
  }
  await Promise.all(acknowledged)
  return sent
}

/** From the documents: `completedAt` is MongoDB's time, which on one machine is the publisher's. */
async function latencies(uri: string, sent: readonly Sent[]): Promise<number[]> {
  const client = new mongo.MongoClient(uri)
  const documents = await client
    .db()
    .collection('executions')
    .find({ status: 'COMPLETED' })
    .project({ origin: 1, completedAt: 1 })
    .toArray()
  await client.close()
  const ended = new Map(
    documents.map((document) => [
      document['origin'][1] as string,
      (document['completedAt'] as Date).getTime(),
    ]),
  )
  const missing = sent.filter(({ eventId }) => !ended.has(eventId)).length
  if (missing > 0) throw new Error(`${missing} of ${sent.length} executions did not complete`)
  return sent.map(({ eventId, atMs }) => (ended.get(eventId) ?? 0) - atMs)
}

function report(all: readonly number[]): void {
  const sorted = [...all].sort((a, b) => a - b)
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))
  line(`  n ${sorted.length}   p50 ${p50} ms   p95 ${p95} ms   p99 ${p99} ms   max ${max} ms`)
}
