import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createPublisher, type OutsideEvent, type Publisher } from '../demo/publisher.js'
import { seeded } from '../seeded.js'
import { ANSWER, eventNameOf, FLOWS, type Flow } from './flows.js'

/** An event that Kafka has acknowledged, and what must come of it. */
export interface Published {
  readonly eventId: string
  readonly flow: Flow
  readonly email: string
  readonly isPro: boolean
  /** ms since 1970 when the acknowledgement was there. */
  readonly ackedMs: number
  /** Of the answer to a wait: when it was first sent, and acknowledged; null: none was sent. */
  answer: { readonly sentMs: number; ackedMs: number } | null
}

export interface LoadOptions {
  readonly brokers: string
  readonly topic: string
  readonly projectId: string
  readonly seed: number
  readonly rate: number
  readonly seconds: number
  /** Each event is sent so many times. */
  readonly copies: number
  /** Asked once `seconds` are over: is harm still to come, which needs a load? It goes on for two minutes at most. */
  readonly goesOn: () => boolean
  /** Log of what was acknowledged, one JSON line each. */
  readonly file: string
}

export interface Load {
  readonly published: readonly Published[]
  /** Resolves when every event, answers too, is acknowledged. */
  readonly done: Promise<void>
}

const TICK_MS = 100
const MORE_SECONDS = 120
const TRY_AGAIN_MS = 300
/** Answers come within this long after their trigger. */
const ANSWER_WITHIN_MS = 3_000

/**
 * Publishes at a steady pace; what is not acknowledged is sent again, with the same ids, until it is. Resolves once the
 * producer is connected: whatever comes then comes to a load that runs.
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const published: Published[] = []
  const publisher = await createPublisher(options.brokers, options.topic)
  return { published, done: run(options, publisher, published) }
}

async function run(options: LoadOptions, publisher: Publisher, published: Published[]): Promise<void> {
  const random = seeded(options.seed)
  const began = Date.now()
  const sending: Promise<void>[] = []
  const seconds = () => (Date.now() - began) / 1000
  const planned = Math.round(options.rate * options.seconds)
  const goesOn = () => seconds() < options.seconds + MORE_SECONDS && options.goesOn()
  let made = 0
  while (made < planned || goesOn()) {
    const paced = Math.ceil(seconds() * options.rate)
    const due = made < planned ? Math.min(planned, paced) : paced
    const events = Array.from({ length: due - made }, (_, index) => eventOf(options, made + index, random))
    made = due
    sending.push(...(await sendTriggers(publisher, options, events, published)))
    await pause(TICK_MS)
  }
  await Promise.all(sending)
  await publisher.close()
}

type Wanted = Pick<Published, 'eventId' | 'flow' | 'email' | 'isPro'> & {
  readonly answerAfterMs: number | null
}

function eventOf({ seed }: LoadOptions, n: number, random: () => number): Wanted {
  const flow = FLOWS[n % FLOWS.length] as Flow
  const isPro = random() < 0.5
  const answers = flow === 'wait' && random() < 0.5
  return {
    eventId: `${seed}-${n}`,
    flow,
    isPro,
    email: `c${n}-${seed}@example.com`,
    answerAfterMs: answers ? random() * ANSWER_WITHIN_MS : null,
  }
}

/** Sends one tick's events together; answers that are still to be sent. */
async function sendTriggers(
  publisher: Publisher,
  options: LoadOptions,
  wanted: readonly Wanted[],
  published: Published[],
): Promise<Promise<void>[]> {
  const events = wanted.map(({ eventId, flow, email, isPro }) => ({
    eventId,
    projectId: options.projectId,
    name: eventNameOf(flow),
    email,
    data: { plan: isPro ? 'pro' : 'free' },
  }))
  await surely(publisher, events, options.copies)
  const ackedMs = Date.now()
  return wanted.map(async ({ answerAfterMs, ...event }) => {
    const one: Published = { ...event, ackedMs, answer: null }
    published.push(one)
    appendFileSync(options.file, `${JSON.stringify({ ...event, ackedMs })}\n`)
    if (answerAfterMs !== null) await answer(publisher, options, one, answerAfterMs)
  })
}

async function answer(
  publisher: Publisher,
  { projectId, copies, file }: LoadOptions,
  one: Published,
  afterMs: number,
): Promise<void> {
  await pause(afterMs)
  const sentMs = Date.now()
  one.answer = { sentMs, ackedMs: Number.POSITIVE_INFINITY }
  const eventId = `${one.eventId}-answer`
  await surely(publisher, [{ eventId, projectId, name: ANSWER, email: one.email, data: {} }], copies)
  one.answer.ackedMs = Date.now()
  appendFileSync(file, `${JSON.stringify({ eventId, sentMs, ackedMs: one.answer.ackedMs })}\n`)
}

/** Returns once every copy is acknowledged, however long the broker is away. */
async function surely(publisher: Publisher, events: readonly OutsideEvent[], copies: number): Promise<void> {
  if (events.length === 0) return
  for (let copy = 0; copy < copies; copy++) {
    while (!(await publisher.publish(events).then(yes, no))) await pause(TRY_AGAIN_MS)
  }
}

const yes = (): boolean => true
const no = (): boolean => false
