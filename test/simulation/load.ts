import type { TopicMessages } from '../../producers/kafkaPort.js'
import { createOutbox } from '../../producers/outputs.js'
import { moveExecution } from '../../src/api/moveExecutions.js'
import { cancel } from '../../src/engine/cancel.js'
import { reopen } from '../../src/engine/reopen.js'
import { MillraceError } from '../../src/errors.js'
import { createAnnouncer } from '../../src/events.js'
import type { Change } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { Sending } from './input.js'
import type { Write } from './ledger.js'
import { AWAITED_NAMES, markOf, TRIGGER_NAMES } from './plans.js'
import type { World } from './world.js'

/** Events answering to what happens stop at this many, so that a run ends. */
const MAX_EVENTS = 24

/** What the people and programs outside do: they send events, and cancel executions over the API. */
export interface Load {
  start(): void
  /** Somebody reacts to what an execution does: that is how events come right around a wait's ends. */
  react(write: Write): void
  readonly cancelled: Set<Execution['id']>
}

export function createLoad(world: World): Load {
  const { time, random, scenario } = world
  const cancelled = new Set<Execution['id']>()
  const state = { sent: 0 }
  const until = time.now() + scenario.chaosMs
  const send = (name: string, email: string) => {
    if (state.sent >= MAX_EVENTS || time.now() > until) return
    const sending = eventOf(world, state.sent++, { name, email })
    world.input.publish(sending)
    if (random.chance(0.1)) time.after(random.int(1, 4_000), () => world.input.publish(sending))
  }
  const anybody = () => `c${random.int(1, scenario.contacts)}@example.org`
  return {
    cancelled,
    start: () => {
      for (let n = random.int(2, 9); n > 0; n--) {
        const name = random.pick(random.chance(0.6) ? TRIGGER_NAMES : AWAITED_NAMES)
        time.after(random.int(0, scenario.chaosMs * 0.7), () => send(name, anybody()))
      }
      for (let n = scenario.cancels; n > 0; n--)
        time.after(random.int(0, scenario.chaosMs), () => cancelAny(world, cancelled))
    },
    react: ({ after }) => {
      const { state: now, contactId } = after
      if (now.status === 'FAILED' && random.chance(0.7))
        time.after(random.int(50, 3_000), () => retryFailed(world, after))
      const email = world.contacts.byId.get(contactId)?.email
      if (email !== undefined) answer(world, after, (name, inMs) => time.after(inMs, () => send(name, email)))
    },
  }
}

/** The contact does something: anything at any time, and what is awaited mostly right around the wait's end. */
function answer(world: World, execution: Execution, send: (name: string, inMs: number) => void): void {
  const { random } = world
  if (random.chance(0.04)) send(random.pick(AWAITED_NAMES), random.int(0, 30))
  const awaited = random.chance(0.3) ? awaitedOf(world, execution) : null
  if (awaited !== null) send(awaited.name, awaited.inMs)
}

function awaitedOf({ time, random }: World, { state }: Execution): { name: string; inMs: number } | null {
  if (state.status !== 'WAITING' || state.wait === null || state.dueAt === null) return null
  const leftMs = state.dueAt.getTime() - time.now()
  const inMs = random.chance(0.6) ? leftMs + random.int(-40, 40) : random.int(0, leftMs)
  return { name: random.pick(state.wait.names), inMs }
}

function eventOf({ random, scenario }: World, n: number, who: { name: string; email: string }): Sending {
  const marks = Object.fromEntries(scenario.plans.map(({ name }) => [markOf(name), true]))
  // What a contact owes after a crash is the sweeper's to send.
  const subscribed = scenario.sweeper && random.chance(0.2) ? random.chance(0.5) : null
  return { ...who, eventId: `e${n}`, data: { ...marks, amount: random.int(0, 10), last: n }, subscribed }
}

function cancelAny(world: World, cancelled: Set<Execution['id']>): void {
  const { ledger, random, now } = world
  const ids = [...ledger.keys()]
  if (ids.length === 0) return
  const id = random.pick(ids)
  moveByApi(world, id, (execution) => {
    const change = cancel(execution, 'by the API', now())
    if (change !== null) cancelled.add(id)
    return change
  })
}

/** Somebody sees to what failed a webhook, and has the execution go on. */
function retryFailed(world: World, { id, state }: Execution): void {
  moveByApi(world, id, (execution) => {
    const change = reopen(execution)
    if (change !== null) world.outside.forgive(`${id}:${state.currentStepId}`)
    return change
  })
}

/** As the API does, by a process that nothing befalls; null: refused. */
function moveByApi(
  { stores, kafka, codec, topology, now, random, ledger, surprises }: World,
  id: Execution['id'],
  decide: (execution: Execution) => Change | null,
): void {
  const send = async (records: readonly TopicMessages[]) => {
    for (const { topic, messages } of records) for (const message of messages) kafka.append(topic, message)
  }
  const producer = { send, close: async () => undefined }
  const outbox = createOutbox({ producer, codec, topology, lifecycleFacts: true })
  const deps = { executions: stores.executions, outbox, clock: { now }, newId: random.id }
  moveExecution(
    { ...deps, announcer: createAnnouncer() },
    async () => {
      const execution = ledger.get(id)
      if (execution === undefined) throw new Error(`${id} is gone`)
      return execution
    },
    (execution) => decide(execution) ?? refuse(),
  ).catch((error: unknown) => {
    if (!(error instanceof MillraceError && error.code === 'CONFLICT')) surprises.push(String(error))
  })
}

function refuse(): never {
  throw new MillraceError('CONFLICT', 'it does not stand so')
}
