import { setTimeout as pause } from 'node:timers/promises'
import type { Outbox } from '../../producers/outputs.js'
import type { Connections } from '../../src/connections.js'
import type { Announcer } from '../../src/events.js'
import type { Outputs } from '../../src/workflow/messages.js'
import { seeded } from '../seeded.js'

/** Where a process may kill itself, each a moment between two things that belong together. */
export const FAILPOINTS = [
  'after-call',
  'after-cas',
  'after-produce',
  'mid-insert',
  'before-look-back',
] as const
export type Failpoint = (typeof FAILPOINTS)[number]

/** How a process of the engine is hurt from inside. */
export interface Hurt {
  readonly seed: number
  /** Dies by SIGKILL when it passes this point for the time number `pass` (from 1). */
  readonly die?: { readonly at: Failpoint; readonly pass: number }
  /** This share of the step messages is never sent. */
  readonly lose?: number
  /** Every step message is sent so many times, shuffled, and once more a second later. */
  readonly copies?: number
  /** No transition is made until the process is so old. */
  readonly stallMs?: number
}

/** Connections of a process that is hurt: what is around the engine misbehaves, the engine is the real one. */
export function hurtConnections(connections: Connections, hurt: Hurt, announcer: Announcer): Connections {
  const pass = passerOf(hurt, announcer)
  const { stores, outbox } = connections
  const stalled = pause(hurt.stallMs ?? 0)
  const executions = instead(stores.executions, {
    transition: async (groups, by) => {
      await stalled
      const count = await stores.executions.transition(groups, by)
      if (count > 0) await pass('after-cas')
      return count
    },
    insert: async (list) => {
      const half = Math.floor(list.length / 2)
      if (list.length > 0) await pass('mid-insert', () => stores.executions.insert(list.slice(0, half)))
      return stores.executions.insert(list)
    },
  })
  const events = instead(stores.events, {
    find: async (queries) => {
      if (queries.length > 0) await pass('before-look-back')
      return stores.events.find(queries)
    },
  })
  return { ...connections, stores: { ...stores, executions, events }, outbox: hurtOutbox(outbox, hurt, pass) }
}

type Pass = (point: Failpoint, before?: () => Promise<unknown>) => Promise<void>

function passerOf({ die }: Hurt, announcer: Announcer): Pass {
  let passes = 0
  const pass: Pass = async (point, before) => {
    if (point !== die?.at || ++passes !== die.pass) return
    await before?.()
    process.kill(process.pid, 'SIGKILL')
    // Nothing of this process goes on from here.
    await new Promise(() => undefined)
  }
  // Told between the answer of an outside call and its record.
  announcer.on('effect.called', () => void pass('after-call'))
  return pass
}

function hurtOutbox(outbox: Outbox, hurt: Hurt, pass: Pass): Outbox {
  const random = seeded(hurt.seed)
  const { lose = 0, copies = 1 } = hurt
  return {
    ...outbox,
    send: async (outputs) => {
      await outbox.send({ ...outputs, steps: multiplied(kept(outputs.steps, lose, random), copies, random) })
      if (copies > 1) sendLater(outbox, outputs.steps)
      if (outputs.steps.length > 0) await pass('after-produce')
    },
  }
}

type Steps = Outputs['steps']

function kept(steps: Steps, lose: number, random: () => number): Steps {
  return lose === 0 ? steps : steps.filter(() => random() >= lose)
}

function multiplied(steps: Steps, copies: number, random: () => number): Steps {
  if (copies === 1) return steps
  const all = Array.from({ length: copies }, () => steps).flat()
  const placed = all.map((step) => ({ step, place: random() }))
  return placed.sort((a, b) => a.place - b.place).map(({ step }) => step)
}

const LATER_MS = 1_000

/** A copy more or less: it may fail where the process is being stopped. */
function sendLater(outbox: Outbox, steps: Steps): void {
  setTimeout(() => {
    outbox.send({ facts: [], events: [], steps, timers: [] }).catch(() => undefined)
  }, LATER_MS).unref()
}

/** The store with some of its methods replaced; the others stay what they are. */
function instead<Store extends object>(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, key) => Reflect.get(key in methods ? methods : target, key),
  })
}
