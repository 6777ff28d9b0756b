import { type Codec, createCodec } from '../../schemas/registry.js'
import { createMemoryContacts, type MemoryContacts } from '../../src/store/memory/contacts.js'
import { createMemoryDefinitions } from '../../src/store/memory/definitions.js'
import { createMemoryEntries } from '../../src/store/memory/entries.js'
import { createMemoryEvents } from '../../src/store/memory/events.js'
import { createMemoryExecutionStore } from '../../src/store/memory/executions.js'
import { createMemoryProgress } from '../../src/store/memory/progress.js'
import { createMemoryProjects } from '../../src/store/memory/projects.js'
import { createMemoryState, createMemoryWorkflows } from '../../src/store/memory/workflows.js'
import { createTopology, type Topology } from '../../src/topology.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type Chaos, createChaos } from './chaos.js'
import { createInput, type Input } from './input.js'
import { createKafka, type Kafka } from './kafka.js'
import { Ledger, type Write } from './ledger.js'
import { createMessages, createOutside, type Outside } from './outside.js'
import { buildWorkflow, type Plan } from './plans.js'
import type { Random } from './random.js'
import type { Scenario } from './scenario.js'
import { createTime, type VirtualTime } from './time.js'

/** All that outlives a process: databases, topics, the outside world, and the clock. */
export interface World {
  readonly scenario: Scenario
  readonly time: VirtualTime
  readonly random: Random
  readonly chaos: Chaos
  readonly kafka: Kafka
  readonly topology: Topology
  readonly codec: Codec
  readonly ledger: Ledger
  readonly outside: Outside
  readonly input: Input
  readonly stores: Stores
  readonly contacts: MemoryContacts
  readonly workflows: readonly { readonly plan: Plan; readonly workflow: Workflow }[]
  /** Errors that nobody injected. */
  readonly surprises: string[]
  readonly trace: (text: () => string) => void
  readonly now: () => Date
}

export type Stores = Awaited<ReturnType<typeof createStores>>['stores']

const PARTITIONS = 2
const START = new Date('2026-01-01T00:00:00.000Z')
/** JSON of the shapes that travel: without a registry it is the same for every world. */
export const codec = createCodec({ registryUrl: null })

export interface WorldOptions {
  readonly scenario: Scenario
  readonly random: Random
  readonly timeline: string[] | null
  readonly onWrite: (world: World, write: Write) => void
}

export async function createWorld({ scenario, random, timeline, onWrite }: WorldOptions): Promise<World> {
  const time = createTime(START)
  const now = () => new Date(time.now())
  const trace = (text: () => string) => {
    timeline?.push(`${((time.now() - START.getTime()) / 1_000).toFixed(3)} ${text()}`)
  }
  const topology = createTopology({
    prefix: '',
    contactEvents: null,
    partitions: PARTITIONS,
    retentionDays: 400,
  })
  const chaos = createChaos({ time, random, odds: scenario.odds, trace })
  const kafka = createKafka({ topology, time, random, aheadMs: scenario.brokerAheadMs, trace })
  const ledger = new Ledger(time.now, (write) => {
    trace(() => `  ${describe(write)}`)
    onWrite(world, write)
  })
  const { stores, contacts, projectId } = await createStores(ledger, now, random)
  const workflows = await Promise.all(
    scenario.plans.map(async (plan) => {
      const workflow = buildWorkflow(projectId, plan, { now: now(), newId: random.id })
      await stores.workflows.insert(projectId, workflow)
      trace(() => `workflow ${workflow.id} ${JSON.stringify(plan)}`)
      return { plan, workflow }
    }),
  )
  const known = await codec
  const world: World = {
    ...{ scenario, time, random, chaos, kafka, topology, codec: known, ledger, stores, contacts, workflows },
    ...{ outside: createOutside(time, random), surprises: [], trace, now },
    input: createInput(kafka, known, { topic: topology.contactEvents.name, projectId }),
  }
  return world
}

export async function createStores(ledger: Ledger, now: () => Date, random: Random) {
  const newSecret = () => Buffer.from(random.id())
  const projects = createMemoryProjects({ newId: random.id, newSecret })
  const { id: projectId } = await projects.create('simulated', now())
  const state = createMemoryState()
  const contacts: MemoryContacts = { byId: new Map(), former: [] }
  const stores = {
    executions: createMemoryExecutionStore({ now }, ledger),
    contacts: createMemoryContacts(projects, contacts),
    events: createMemoryEvents(),
    entries: createMemoryEntries(),
    definitions: createMemoryDefinitions(state),
    workflows: createMemoryWorkflows(state, () => ({ executions: 0, active: 0 })),
    progress: createMemoryProgress(),
    messages: createMessages(),
  }
  return { stores, contacts, projectId: projectId as ProjectId }
}

function describe({ before, after }: Write): string {
  const { id, seq, state, by, owed, touches } = after
  const what = before === undefined ? 'inserted' : before.seq === seq ? 'rewritten' : 'MOVED'
  const { status, currentStepId, kind } = state
  const wait = state.status === 'WAITING' ? state.wait : null
  const due = 'dueAt' in state ? (state.dueAt?.toISOString() ?? null) : null
  return `${id} ${what} ${JSON.stringify({ seq, status, kind, currentStepId, due, wait, by, owed, touches })}`
}
