import type { mongo } from 'mongoose'
import { createPublisher, type Publisher } from '../scripts/demo/publisher.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { type CountingSink, countWebhooks, type Endpoint, openEndpoint } from './effectSinks.js'
import { type BenchStage, type Run, stopped, withDatabase } from './stage.js'
import { publishSteadily } from './steadyLoad.js'
import { until } from './until.js'

const PATIENCE = { everyMs: 100, withinMs: 420_000 }
const EVENT = 'signed_up'
/** What comes first meets cold code, and does not count. */
const WARM_S = 3

export interface SceneOptions {
  /** Endpoints that answer at once. */
  readonly good: number
  /** Events a second for all of them together, and how long. */
  readonly rate: number
  readonly seconds: number
  /** Endpoints that never answer, and events for each of them for one of a good endpoint. */
  readonly hanging: number
  readonly shares: number
  /** Events for a slow endpoint; all of them wait for it before anything is measured. */
  readonly queued: number
  /** What the slow one takes to answer. */
  readonly slowMs: number
}

export interface SceneFigures {
  /** From the publishing call to the arrival at a good endpoint; sorted. */
  readonly ms: readonly number[]
  /** Of each webhook to the slow endpoint: how often it was put back; sorted. */
  readonly putBacks: readonly number[]
  /** From the first arrival at the slow endpoint to the last. */
  readonly slowSeconds: number
}

/** One engine and its endpoints, each on a port of its own and so a host of its own. */
export async function playScene(bench: BenchStage, options: SceneOptions): Promise<SceneFigures> {
  const endpoints = await openEndpoints(options)
  const run = bench.fresh()
  const allow = endpoints.all.map(({ port }) => `127.0.0.1:${port}`).join()
  const engine = await run.start({ ROLES: 'api,engine', WEBHOOK_ALLOW: allow })
  const projectId = await makeCaller(run.api(engine))
  const publisher = await createPublisher(bench.services.env.KAFKA_BROKERS, `${run.prefix}contact-events`)
  const figures = await withDatabase(run, (db) =>
    measure({ ...options, ...endpoints, projectId, publisher, executions: db.collection('executions') }),
  )
  await publisher.close()
  await stopped(engine)
  await Promise.all(endpoints.all.map((endpoint) => endpoint.close()))
  return figures
}

interface Endpoints {
  readonly goods: readonly Endpoint[]
  readonly hangs: readonly Endpoint[]
  readonly slow: CountingSink
  readonly all: readonly Endpoint[]
  /** At good endpoints. */
  readonly arrivals: readonly Arrival[]
}

interface Arrival {
  readonly sentAtMs: number
  readonly ms: number
}

async function openEndpoints({ good, hanging, slowMs }: SceneOptions): Promise<Endpoints> {
  const arrivals: Arrival[] = []
  const openGood = () =>
    openEndpoint((request, response) => {
      const sentAtMs = Number(request.headers['x-sent-at'])
      arrivals.push({ sentAtMs, ms: Date.now() - sentAtMs })
      request.resume()
      response.writeHead(200, { 'content-length': 0 }).end()
    })
  const goods = await Promise.all(Array.from({ length: good }, openGood))
  const openHanging = () => openEndpoint((request) => request.resume())
  const hangs = await Promise.all(Array.from({ length: hanging }, openHanging))
  const slow = await countWebhooks(slowMs)
  return { goods, hangs, slow, all: [...goods, ...hangs, slow], arrivals }
}

/** A workflow that calls whatever port its event names. */
async function makeCaller(api: ReturnType<Run['api']>): Promise<string> {
  const config = { url: 'http://127.0.0.1:{{ event.port }}/', headers: { 'x-sent-at': '{{ event.sentAt }}' } }
  const steps = { call: { type: 'WEBHOOK', config } }
  await makeWorkflow(api, { name: 'endpoints', eventName: EVENT, steps, arrows: [['trigger', 'call']] })
  return (await api.get<{ id: string }>('/project')).id
}

interface Measuring extends SceneOptions, Endpoints {
  readonly projectId: string
  readonly publisher: Publisher
  readonly executions: mongo.Collection
}

async function measure(scene: Measuring): Promise<SceneFigures> {
  const { executions, queued, slow, arrivals, rate, seconds } = scene
  await scene.publisher.publish(Array.from({ length: queued }, (_, n) => eventOf(scene, `q${n}`, slow.port)))
  // Each was looked at: it is called now, or was put back.
  await until(async () => (await executions.countDocuments({ seq: { $gte: 1 } })) >= queued, PATIENCE)
  const fromMs = Date.now() + WARM_S * 1000
  await publishLoad(scene)
  await until(() => arrivals.length >= rate * (seconds + WARM_S), PATIENCE)
  const ofSlow = { 'context.port': slow.port, status: 'COMPLETED' }
  await until(async () => (await executions.countDocuments(ofSlow)) >= queued, PATIENCE)
  const ended = await executions.find(ofSlow).project({ seq: 1 }).toArray()
  return {
    ms: arrivals.flatMap(({ sentAtMs, ms }) => (sentAtMs < fromMs ? [] : ms)).sort((a, b) => a - b),
    putBacks: ended.map(({ seq }) => putBacksAt(Number(seq))).sort((a, b) => a - b),
    slowSeconds: slow.seconds(),
  }
}

/** Claim and result are a transition each; so are a put-back and its end. */
function putBacksAt(seq: number): number {
  return (seq - 2) / 2
}

async function publishLoad(scene: Measuring): Promise<void> {
  const { goods, hangs, rate, shares, seconds, publisher } = scene
  const length = seconds + WARM_S
  const to = (label: string, endpoints: readonly Endpoint[]) => async (index: number) => {
    const port = endpoints[index % endpoints.length]?.port ?? 0
    const event = eventOf(scene, `${label}${index}`, port)
    await publisher.publish([event])
    return event.eventId
  }
  await Promise.all([
    publishSteadily({ rate, seconds: length }, to('good', goods)),
    publishSteadily(
      { rate: (rate / goods.length) * shares * hangs.length, seconds: length },
      to('hangs', hangs),
    ),
  ])
}

function eventOf({ projectId }: Measuring, eventId: string, port: number) {
  const data = { port, sentAt: Date.now() }
  return { eventId, projectId, name: EVENT, email: `${eventId}@example.com`, data }
}
