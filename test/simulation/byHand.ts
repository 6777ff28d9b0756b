import type { Batch } from '../../consumers/batch.js'
import { createContactEventsHandler } from '../../consumers/contactEvents/handler.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { createDefinitionCache } from '../../consumers/stepping/definitionCache.js'
import { createStepHandler } from '../../consumers/steps/handler.js'
import { createSweeper } from '../../consumers/sweeper.js'
import { fireDue } from '../../consumers/timers/fireDue.js'
import { createAnnouncer } from '../../src/events.js'
import { DAY_MS } from '../../src/topology.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { Outputs } from '../../src/workflow/messages.js'
import type { StepKind } from '../../src/workflow/step.js'
import { Ledger } from './ledger.js'
import { buildWorkflow, type Plan } from './plans.js'
import { createRandom } from './random.js'
import { render } from './render.js'
import { codec, createStores } from './world.js'

type StepOutput = Outputs['steps'][number]

/** The consumers on memory stores, moved by hand: nothing is delivered unless the test says so. */
export interface ByHand {
  readonly ledger: Ledger
  readonly deps: EngineDeps
  /** Every step message that was ever sent, in order. */
  readonly sent: readonly StepOutput[]
  /** One batch of the input topic, all of one contact. */
  events(names: readonly string[]): Promise<void>
  /** Delivers these messages, again or for the first time, as one batch of each kind. */
  deliver(steps: readonly StepOutput[]): Promise<void>
  /** The alarm clock rings. */
  ring(): Promise<void>
  /** The sweeper looks, everything being handled up to now. */
  sweep(): Promise<void>
  pass(ms: number): void
}

const RETENTION = { shortestRetentionMs: 400 * DAY_MS }
const SHARE = { partitions: 1, owned: [0] }
export const GRACE_MS = 30_000
const EMAIL = 'c1@example.org'

export async function startByHand(plan: Plan): Promise<ByHand> {
  const random = createRandom(1)
  const state = { nowMs: Date.parse('2026-01-01T00:00:00.000Z'), offset: 0 }
  const now = () => new Date(state.nowMs)
  const ledger = new Ledger(
    () => state.nowMs,
    () => undefined,
  )
  const { stores, projectId } = await createStores(ledger, now, random)
  await stores.workflows.insert(projectId, buildWorkflow(projectId, plan, { now: now(), newId: random.id }))
  const sent: StepOutput[] = []
  const deps: EngineDeps = {
    ...stores,
    cache: createDefinitionCache(stores.definitions),
    outbox: {
      send: async ({ steps }) => {
        sent.push(...steps)
      },
      publish: unexpected,
      park: unexpected,
      redrive: unexpected,
    },
    lifecycleFacts: false,
    codec: await codec,
    renderer: { render },
    clock: { now },
    brokerTimeOf: (at) => at,
    scheduler: { after: () => () => undefined },
    announcer: createAnnouncer(),
    newId: random.id,
  }
  const batch = (topic: string, values: readonly Buffer[]): Batch => {
    const from = state.offset
    state.offset += values.length
    const messages = values.map((value, n) => ({
      ...{ partition: 0, offset: from + n, key: null, value, headers: {}, at: now() },
    }))
    return { topic, partition: 0, messages, highWatermark: state.offset }
  }
  const alive = { alive: () => true }
  const contactEvents = createContactEventsHandler({ deps, ...RETENTION })
  const handle = async (kind: StepKind, steps: readonly StepOutput[]) => {
    const values = steps.map(({ due }) => deps.codec.encode('stepDue', due))
    await createStepHandler({ deps, kind, calls: null, ...RETENTION })(batch(kind, values), alive)
  }
  return {
    ledger,
    deps,
    sent,
    events: async (names) => {
      const values = names.map((name, n) => {
        const data = { amount: 5 }
        const who = { projectId, email: EMAIL, contactId: null, subscribed: null, occurredAt: null }
        return deps.codec.encode('contactEvent', { v: 1, eventId: `e${n}`, name, data, ...who, cause: null })
      })
      await contactEvents(batch('contact-events', values), alive)
    },
    deliver: async (steps) => {
      for (const kind of new Set(steps.map((step) => step.kind)))
        await handle(
          kind,
          steps.filter((step) => step.kind === kind),
        )
    },
    ring: async () => {
      const due = await deps.executions.due(SHARE, { now: now(), waitsUpTo: now() }, 100)
      await fireDue(deps, due)
    },
    sweep: () => sweep(deps, now),
    pass: (ms) => {
      state.nowMs += ms
    },
  }
}

async function unexpected(...what: unknown[]): Promise<never> {
  throw new Error(`nothing like this should be sent: ${JSON.stringify(what)}`)
}

async function sweep(deps: EngineDeps, now: () => Date): Promise<void> {
  const sweeper = createSweeper({
    deps,
    share: () => SHARE,
    handledUpTo: now,
    inputHandledUpTo: async () => now(),
    sweepsContacts: () => true,
    everyMs: 1_000,
    graceMs: GRACE_MS,
  })
  await sweeper.sweep()
  await sweeper.stop()
}

/** The one execution of a plan that one event starts. */
export function onlyOne({ ledger }: ByHand): Execution {
  const [execution, ...others] = ledger.values()
  if (execution === undefined || others.length > 0) throw new Error(`there are ${ledger.size} executions`)
  return execution
}
