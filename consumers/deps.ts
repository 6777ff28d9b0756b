import type { Outbox } from '../producers/outputs.js'
import type { Codec } from '../schemas/codec.js'
import type { Renderer } from '../src/effects/ports.js'
import type { Announcer } from '../src/events.js'
import type { Clock, Scheduler } from '../src/store/ports/clock.js'
import type { ContactStore } from '../src/store/ports/contacts.js'
import type { DefinitionStore } from '../src/store/ports/definitions.js'
import type { EntryStore } from '../src/store/ports/entries.js'
import type { EventStore } from '../src/store/ports/events.js'
import type { ExecutionStore } from '../src/store/ports/executions.js'
import type { ProgressStore } from '../src/store/ports/progress.js'
import type { Tracing } from '../src/tracing/port.js'
import type { BrokerTimeOf } from '../src/workflow/contactEvent.js'
import type { DefinitionCache } from './stepping/definitionCache.js'

/** All that the engine's consumers reach the world by; made once by the composition root, or by a simulation. */
export interface EngineDeps {
  readonly executions: ExecutionStore
  readonly contacts: ContactStore
  readonly events: EventStore
  readonly entries: EntryStore
  readonly definitions: DefinitionStore
  readonly cache: DefinitionCache
  readonly progress: ProgressStore
  readonly outbox: Outbox
  readonly codec: Codec
  readonly renderer: Renderer
  /** Are facts told on the `executions` topic? Only then are they owed and their paths read. */
  readonly lifecycleFacts: boolean
  readonly clock: Clock
  /** Takes times of MongoDB to the broker's, before they meet the times of events. */
  readonly brokerTimeOf: BrokerTimeOf
  readonly scheduler: Scheduler
  readonly announcer: Announcer
  /** Absent: traces are off, and no message is looked at for them. */
  readonly tracing?: Tracing
  /** A random id: batches, leases. */
  readonly newId: () => string
}
