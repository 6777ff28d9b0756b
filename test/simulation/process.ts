import type { Handler } from '../../consumers/batch.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { type Engine, startEngine } from '../../consumers/engine.js'
import { deadLetter } from '../../consumers/middlewares/deadLetter.js'
import { retry } from '../../consumers/middlewares/retry.js'
import { createDefinitionCache } from '../../consumers/stepping/definitionCache.js'
import type { KafkaProducer } from '../../producers/kafkaPort.js'
import { createOutbox } from '../../producers/outputs.js'
import { createAnnouncer } from '../../src/events.js'
import { DAY_MS } from '../../src/topology.js'
import { away, Injected, reached } from './chaos.js'
import { type SimConsumer, startSimConsumer } from './consumer.js'
import { withBulkStarts } from './lanes.js'
import { createMachine, type Machine } from './machine.js'
import type { Mutation } from './mutations.js'
import { STORES } from './outside.js'
import { render } from './render.js'
import type { World } from './world.js'

/** A running process of the engine. */
export interface EngineProcess {
  readonly machine: Machine
  /** SIGTERM. */
  stop(): Promise<void>
  consumers(): readonly SimConsumer[]
}

/** Kafka gives a silent member's partitions to others after this. */
const SESSION_MS = { from: 2_000, to: 9_000 }
const COMMIT_EVERY_MS = 1_000

/** Starts the real engine over ports that can fail, die and dawdle at every call. */
export function startProcess(world: World, name: string, mutation: Mutation): EngineProcess {
  const { time, random } = world
  const machine = createMachine(name, time)
  const consumers: SimConsumer[] = []
  const deps = withBulkStarts(mutation.deps(depsOf(world, machine), world), world)
  const middlewares = (handler: Handler) => retry(random.next)(deadLetter(deps)(handler))
  const engine: { running: Engine | null } = { running: null }
  startEngine({
    deps,
    topology: world.topology,
    tools: {
      ...STORES,
      ...world.outside.tools(machine, over(world, machine, 'outside')),
      messages: reached('messages', world.stores.messages, (port, apply) =>
        world.chaos.call(machine, port, apply),
      ),
    },
    startConsumer: async ({ topic, handler, onAssigned }) => {
      const consumer = startSimConsumer({
        ...{ machine, random, trace: world.trace, log: world.kafka.log(topic.name) },
        handler: guarded(world, middlewares(handler)),
        ask: over(world, machine, 'kafka.ends'),
        onAssigned: onAssigned ?? (() => undefined),
        commitFirst: mutation.commitFirst,
      })
      consumers.push(consumer)
      return consumer
    },
    effectSlots: { SEND_EMAIL: () => world.scenario.effectSlots, WEBHOOK: () => world.scenario.effectSlots },
    hostSlots: world.scenario.hostSlots,
    retryBaseMs: 500,
    sweepEveryMs: world.scenario.sweeper && mutation.sweeper ? 2_000 : 1_000 * DAY_MS,
    sweepGraceMs: 3_000,
    shortestRetentionMs: 400 * DAY_MS,
    random: random.next,
  }).then(
    (running) => {
      engine.running = running
    },
    (error: unknown) => world.surprises.push(`the engine does not start: ${String(error)}`),
  )
  commitAgainAndAgain(machine, consumers)
  machine.onBlow((blow) => {
    world.chaos.hit(machine)
    world.trace(() => `${name}: ${blow === 'crash' ? 'DIES' : `STANDS STILL for ${blow.frozenMs} ms`}`)
    expel(world, machine, consumers, blow === 'crash' ? Number.POSITIVE_INFINITY : blow.frozenMs)
  })
  return {
    machine,
    consumers: () => consumers,
    stop: async () => {
      world.trace(() => `${name}: SIGTERM`)
      await engine.running?.stop()
      machine.crash()
    },
  }
}

function depsOf(world: World, machine: Machine): EngineDeps {
  const { stores, random, topology, codec } = world
  const call = <Value>(port: string, apply: () => Promise<Value>) => world.chaos.call(machine, port, apply)
  const definitions = reached('definitions', stores.definitions, call)
  return {
    executions: reached('executions', stores.executions, call),
    contacts: reached('contacts', stores.contacts, call),
    events: reached('events', stores.events, call),
    entries: reached('entries', stores.entries, call),
    progress: reached('progress', stores.progress, call),
    definitions,
    cache: createDefinitionCache(definitions),
    outbox: createOutbox({ producer: producerOf(world, machine), codec, topology, lifecycleFacts: true }),
    lifecycleFacts: true,
    codec,
    renderer: { render },
    clock: { now: world.now },
    brokerTimeOf: (at) => new Date(at.getTime() + world.scenario.brokerAheadMs),
    scheduler: { after: machine.after },
    announcer: announcerOf(world),
    newId: random.id,
  }
}

function producerOf({ chaos, kafka }: World, machine: Machine): KafkaProducer {
  return {
    send: async (records) => {
      const messages = records.flatMap(({ topic, messages }) =>
        messages.map((message) => ({ topic, message })),
      )
      const isPartial = chaos.isPartial()
      await chaos.call(machine, 'kafka.send', async () => {
        const written = isPartial ? messages.slice(0, messages.length >> 1) : messages
        for (const { topic, message } of written) kafka.append(topic, message)
      })
      if (isPartial) chaos.hit(machine)
      if (isPartial) throw away('kafka.send')
    },
    close: async () => undefined,
  }
}

function announcerOf({ surprises }: World): EngineDeps['announcer'] {
  const announcer = createAnnouncer()
  announcer.on('failure', ({ where, error }) => {
    if (!(error instanceof Injected))
      surprises.push(`${where}: ${error instanceof Error ? error.stack : error}`)
  })
  announcer.on('messages.parked', (letter) => surprises.push(`parked: ${JSON.stringify(letter)}`))
  return announcer
}

function over({ chaos }: World, machine: Machine, port: string) {
  return <Value>(apply: () => Promise<Value>) => chaos.call(machine, port, apply)
}

/** A handler that throws would kill its consumer for good. */
function guarded(world: World, handler: Handler): Handler {
  return async (batch, control) => {
    try {
      return await handler(batch, control)
    } catch (error) {
      world.surprises.push(`the handler of ${batch.topic} throws: ${String(error)}`)
      return { type: 'pause', ms: 1_000, reason: 'threw' }
    }
  }
}

function commitAgainAndAgain(machine: Machine, consumers: readonly SimConsumer[]): void {
  machine.after(COMMIT_EVERY_MS, () => {
    for (const consumer of consumers) consumer.commit()
    commitAgainAndAgain(machine, consumers)
  })
}

/** A process of which nothing is heard loses its partitions; if it lives, it notices late and joins again. */
function expel(world: World, machine: Machine, consumers: readonly SimConsumer[], silentMs: number): void {
  const { time, random, kafka } = world
  const sessionMs = random.int(SESSION_MS.from, SESSION_MS.to)
  if (silentMs <= sessionMs) return
  time.after(sessionMs, () => {
    for (const { topic, member } of consumers) kafka.log(topic).group.leave(member)
  })
  machine.after(sessionMs + random.int(0, 1_500), () => {
    for (const consumer of consumers) consumer.rejoin()
  })
}
