import type { Control } from '../../consumers/batch.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { engineDeps } from '../../src/engineDeps.js'
import type { Outputs } from '../../src/workflow/messages.js'
import type { EngineWorld } from './engineWorld.js'

/** What handlers reach the world by, on real services: for tests that deliver batches themselves. */
export function depsOf(world: EngineWorld, instead: Partial<EngineDeps> = {}): EngineDeps {
  return { ...engineDeps(world.connections, world.announcer, true), ...instead }
}

export const ALIVE: Control = { alive: () => true }

/** The real outbox, and what went through it. */
export function listening(world: EngineWorld): {
  readonly sent: Outputs[]
  readonly outbox: EngineDeps['outbox']
} {
  const sent: Outputs[] = []
  const { outbox } = world.connections
  const send = async (outputs: Outputs) => {
    await outbox.send(outputs)
    sent.push(outputs)
  }
  return { sent, outbox: { ...outbox, send } }
}

/** Dies before its call number `nth`, and at every call after it, as a process does. */
export function dyingAt<Store extends object>(store: Store, name: keyof Store, nth = 1): Store {
  let calls = 0
  const method = store[name] as (...args: unknown[]) => unknown
  const call = (...args: unknown[]) => {
    calls += 1
    return calls >= nth ? Promise.reject(new Died()) : method(...args)
  }
  return new Proxy(store, { get: (target, key) => (key === name ? call : Reflect.get(target, key)) })
}

export class Died extends Error {}
