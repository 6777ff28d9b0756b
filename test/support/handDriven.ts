import { randomUUID } from 'node:crypto'
import { createContactEventsHandler } from '../../consumers/contactEvents/handler.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { createStepHandler } from '../../consumers/steps/handler.js'
import { fireDue } from '../../consumers/timers/fireDue.js'
import { DAY_MS } from '../../src/topology.js'
import type { Outputs, StepDue } from '../../src/workflow/messages.js'
import type { StepKind } from '../../src/workflow/step.js'
import { ALIVE, depsOf } from './engineDeps.js'
import { type EngineWorld, openEngineWorld } from './engineWorld.js'
import { batchOf } from './topicTools.js'

type StepOutput = Outputs['steps'][number]

/** The engine's handlers on real services, moved by the test one delivery at a time. */
export interface HandDriven {
  readonly sent: Outputs[]
  /** Step messages that were sent and not delivered yet. */
  readonly pending: StepOutput[]
  /** One batch of the input topic; `at`: when the broker appended it. */
  events(events: readonly HandEvent[], at?: Date, instead?: Partial<EngineDeps>): Promise<void>
  /** Delivers these messages as one batch. */
  deliver(steps: readonly StepOutput[], instead?: Partial<EngineDeps>): Promise<void>
  /** Delivers what is pending until nothing is. */
  settle(): Promise<void>
  /** The alarm clock rings once: what is due by `now`, waits as far as events were handled. */
  ring(upTo: { now: Date; waitsUpTo: Date }): Promise<number>
}

export interface HandEvent {
  readonly name: string
  readonly email: string | null
  readonly contactId?: string
  readonly eventId?: string
  readonly data?: object
  readonly subscribed?: boolean
}

const RETENTION = { shortestRetentionMs: 400 * DAY_MS }
const ALL = { partitions: 1, owned: [0] }

/** `partition`: where its messages stand; hands of one partition would deliver different messages at one place. */
export function handDriven(world: EngineWorld, partition = 0): HandDriven {
  const sent: Outputs[] = []
  const pending: StepOutput[] = []
  const { outbox } = world.connections
  const send = async (outputs: Outputs) => {
    await outbox.send(outputs)
    sent.push(outputs)
    pending.push(...outputs.steps)
  }
  const depsWith = (instead: Partial<EngineDeps> = {}) =>
    depsOf(world, { outbox: { ...outbox, send }, ...instead })
  const deps = depsWith()
  let offset = 0
  const batch = (topic: string, values: readonly string[], at?: Date) => {
    const place = { partition, from: offset }
    const made = batchOf(topic, values, at === undefined ? place : { ...place, at })
    offset += values.length
    return made
  }
  const deliver: HandDriven['deliver'] = async (steps, instead) => {
    const [first] = steps
    if (first === undefined) return
    const handle = createStepHandler({ deps: depsWith(instead), kind: first.kind, calls: null, ...RETENTION })
    await handle(
      batch(
        first.kind,
        steps.map(({ due }) => wireOf(due)),
      ),
      ALIVE,
    )
  }
  return {
    sent,
    pending,
    events: async (events, at, instead) => {
      const { projectId } = world
      const values = events.map((event) => JSON.stringify({ eventId: randomUUID(), ...event, projectId }))
      const handle = createContactEventsHandler({ deps: depsWith(instead), ...RETENTION })
      await handle(batch(world.inputTopic, values, at), ALIVE)
    },
    deliver,
    settle: async () => {
      while (pending.length > 0) await deliver(takeOneKind(pending))
    },
    ring: async (upTo) => {
      const due = await deps.executions.due(ALL, upTo, 1_000)
      await fireDue(deps, due)
      return due.length
    },
  }
}

/** A world for all specs of a `describe`, and for each a hand of its own; `set` is told of both before each. */
export function useHandDriven(set: (world: EngineWorld, hand: HandDriven) => void): void {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
  })
  beforeEach(() => set(world, handDriven(world)))
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })
}

function wireOf(due: StepDue): string {
  return JSON.stringify(due)
}

function takeOneKind(pending: StepOutput[]): StepOutput[] {
  const kind: StepKind | undefined = pending[0]?.kind
  const taken = pending.filter((one) => one.kind === kind)
  pending.splice(0, pending.length, ...pending.filter((one) => one.kind !== kind))
  return taken
}
