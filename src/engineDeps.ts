import { randomUUID } from 'node:crypto'
import type { EngineDeps } from '../consumers/deps.js'
import { createDefinitionCache } from '../consumers/stepping/definitionCache.js'
import type { Connections } from './connections.js'
import { createRenderer } from './effects/liquid.js'
import type { Announcer } from './events.js'
import { realScheduler } from './store/scheduling.js'

/** All that the engine's handlers reach the world by. */
export function engineDeps(
  { stores, outbox, codec, clock, brokerTime, tracing }: Connections,
  announcer: Announcer,
  lifecycleFacts: boolean,
): EngineDeps {
  const { executions, contacts, events, entries, definitions, progress } = stores
  return {
    executions,
    contacts,
    events,
    entries,
    definitions,
    progress,
    cache: createDefinitionCache(definitions),
    outbox,
    codec,
    renderer: createRenderer(),
    lifecycleFacts,
    clock,
    brokerTimeOf: brokerTime.of,
    scheduler: realScheduler,
    announcer,
    ...(tracing === undefined ? {} : { tracing }),
    newId: randomUUID,
  }
}
