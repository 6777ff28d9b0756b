import { setTimeout as pause } from 'node:timers/promises'
import { mongo } from 'mongoose'
import { createPublisher } from '../scripts/demo/publisher.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { percentile } from './percentile.js'
import type { BenchStage, Run } from './stage.js'

/** What is sent first finds cold caches and code, and does not count. */
const WARM_S = 3
const SETTLE_MS = 3_000

export interface SteadyLoad {
  readonly projectId: string
  /** Makes ids and addresses this load's own. */
  readonly label: string
  /** Events a second. */
  readonly rate: number
  readonly seconds: number
}

/** An open loop of events: from the publishing call to COMPLETED, each through five steps; ms, sorted. */
export async function steadyLatencies(bench: BenchStage, run: Run, load: SteadyLoad): Promise<number[]> {
  const publisher = await createPublisher(bench.services.env.KAFKA_BROKERS, `${run.prefix}contact-events`)
  const all = { rate: load.rate, seconds: load.seconds + WARM_S }
  const sent = await publishSteadily(all, async (index) => {
    const event = eventOf(load, index)
    await publisher.publish([event])
    return event.eventId
  })
  await pause(SETTLE_MS)
  await publisher.close()
  return latencies(run.mongoUri, sent.slice(WARM_S * load.rate))
}

function eventOf({ projectId, label }: SteadyLoad, index: number) {
  return {
    eventId: `${label}${index}`,
    projectId,
    name: FIVE_STEPS.eventName,
    email: `${label}-${index}@example.com`,
    data: { plan: index % 2 === 0 ? 'free' : 'pro' },
  }
}

export interface Sent {
  readonly eventId: string
  readonly atMs: number
}

/** An open loop: calls `publish` at a steady rate, whether or not the calls before have ended. */
export async function publishSteadily(
  load: { readonly rate: number; readonly seconds: number },
  publish: (index: number) => Promise<string>,
): Promise<Sent[]> {
  const began = performance.now()
  const sent: Promise<Sent>[] = []
  for (let index = 0; index < load.rate * load.seconds; index++) {
    const wait = began + (index * 1000) / load.rate - performance.now()
    if (wait > 0) await pause(wait)
    const atMs = Date.now()
    sent.push(publish(index).then((eventId) => ({ eventId, atMs })))
  }
  return Promise.all(sent)
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
  return sent.map(({ eventId, atMs }) => (ended.get(eventId) ?? 0) - atMs).sort((a, b) => a - b)
}

export function percentiles(sorted: readonly number[]): string {
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))
  return `n ${sorted.length}   p50 ${p50} ms   p95 ${p95} ms   p99 ${p99} ms   max ${max} ms`
}
