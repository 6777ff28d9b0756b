import type { EffectTools } from '../../src/effects/ports.js'
import type { Topology } from '../../src/topology.js'
import type { Lane } from '../../src/workflow/lane.js'
import { STEP_KINDS, type StepKind } from '../../src/workflow/step.js'
import type { StepTopic } from '../../src/workflow/stepTopic.js'
import type { Handler } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import type { RunningConsumer, StartConsumer } from '../run.js'
import { createWatermark, type Watermark } from '../watermark.js'
import { createBulkHandler } from './bulkHandler.js'
import { createBulkSlots } from './bulkSlots.js'
import { createCallResults } from './callResults.js'
import { createCallSlots, type SlotOptions } from './callSlots.js'
import { createEffectCalls, type EffectCalls } from './effectCalls.js'
import { createFreeing } from './freeing.js'
import { createStepHandler } from './handler.js'
import type { LiveWork } from './liveWork.js'

export interface StepsOptions {
  readonly deps: EngineDeps
  readonly tools: EffectTools
  readonly topology: Topology
  readonly startConsumer: StartConsumer
  /** Calls under way at most, by kind. */
  readonly effectSlots: Readonly<Record<EffectKind, SlotOptions['slots']>>
  /** Webhooks under way to one host at most. */
  readonly hostSlots: number
  readonly retryBaseMs: number
  readonly shortestRetentionMs: number
  readonly random: () => number
}

/** Kinds that call the outside world, each with a pool of its own. */
const EFFECT_KINDS = ['SEND_EMAIL', 'WEBHOOK'] as const satisfies readonly StepKind[]
type EffectKind = (typeof EFFECT_KINDS)[number]

export interface StepConsumer {
  readonly which: StepTopic
  readonly consumer: RunningConsumer
  readonly watermark: Watermark
}

export interface Steps {
  readonly consumers: readonly StepConsumer[]
  /** Waits for the calls under way, at most this long; nothing more is claimed. */
  drain(limitMs: number): Promise<void>
}

/** A consumer for each kind of live steps, and one for all that is bulk. */
export async function startSteps(options: StepsOptions, liveWork: LiveWork): Promise<Steps> {
  const pools = EFFECT_KINDS.map((kind) => createPool(options, kind))
  const poolOf = (kind: StepKind) => pools.find((pool) => pool.kind === kind) ?? null
  const live = STEP_KINDS.map(async (kind) => {
    const pool = poolOf(kind)
    const handler = liveWork.counted(handlerOf(options, kind, 'live', pool?.calls ?? null))
    const started = await start(options, kind, handler)
    pool?.waiting.push(started.consumer)
    return started
  })
  const bulk = start(options, 'BULK', bulkHandlerOf(options, poolOf, liveWork))
  const consumers = await Promise.all([...live, bulk])
  return {
    consumers,
    drain: async (limitMs) => {
      await Promise.all(pools.map(({ calls }) => calls.drain(limitMs)))
    },
  }
}

async function start(options: StepsOptions, which: StepTopic, handler: Handler): Promise<StepConsumer> {
  const { deps, topology, startConsumer } = options
  const gently = which === 'BULK' ? ({ gently: true } as const) : {}
  const consumer = await startConsumer({ topic: topology.steps[which], handler, ...gently })
  return { which, consumer, watermark: createWatermark(consumer, deps.clock) }
}

function handlerOf(
  { deps, shortestRetentionMs }: StepsOptions,
  kind: StepKind,
  lane: Lane,
  calls: EffectCalls | null,
): Handler {
  return createStepHandler({ deps, kind, lane, calls, shortestRetentionMs })
}

/** Of the slots for calls, live ones leave bulk ones a quarter at most. */
const BULK_SHARE = 0.25

function bulkHandlerOf(
  options: StepsOptions,
  poolOf: (kind: StepKind) => Pool | null,
  liveWork: LiveWork,
): Handler {
  const { deps, random, hostSlots } = options
  const part = (slots: number) => Math.max(1, Math.floor(slots * BULK_SHARE))
  const callsOf = (pool: Pool): EffectCalls => {
    const most = part(options.effectSlots[pool.kind](null))
    const nowMs = () => deps.clock.now().getTime()
    const { slots } = pool.calls
    const limits = { most, mostPerHost: part(hostSlots) }
    return { ...pool.calls, slots: createBulkSlots({ slots, ...limits, random, nowMs }) }
  }
  const handlers = STEP_KINDS.map((kind) => {
    const pool = poolOf(kind)
    return [kind, handlerOf(options, kind, 'bulk', pool === null ? null : callsOf(pool))] as const
  })
  const byKind = Object.fromEntries(handlers) as Record<StepKind, Handler>
  return createBulkHandler({ handlers: byKind, liveWork })
}

interface Pool {
  readonly kind: EffectKind
  readonly calls: EffectCalls
  /** Consumers whose partitions rest until slots are free. */
  readonly waiting: RunningConsumer[]
}

function createPool(options: StepsOptions, kind: EffectKind): Pool {
  const { deps, tools, effectSlots, hostSlots, random, retryBaseMs } = options
  const waiting: RunningConsumer[] = []
  const slots = createCallSlots({
    slots: effectSlots[kind],
    hostSlots,
    random,
    nowMs: () => deps.clock.now().getTime(),
    onFree: () => onFree(),
  })
  const onFree = createFreeing({
    scheduler: deps.scheduler,
    isPlenty: slots.mostlyFree,
    resume: () => {
      for (const consumer of waiting) consumer.resumeAll()
    },
  })
  const calls = createEffectCalls({
    ...{ deps, tools, slots, random, retryBaseMs },
    results: createCallResults(deps),
  })
  return { kind, calls, waiting }
}
