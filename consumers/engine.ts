import type { EffectTools } from '../src/effects/ports.js'
import type { Share } from '../src/store/ports/executions.js'
import type { Topology } from '../src/topology.js'
import { STEP_KINDS, type StepKind } from '../src/workflow/step.js'
import { createContactEventsHandler } from './contactEvents/handler.js'
import type { EngineDeps } from './deps.js'
import { createEmailEventsHandler } from './emailEvents.js'
import type { RunningConsumer, StartConsumer } from './run.js'
import { createCallResults } from './steps/callResults.js'
import { createCallSlots, type SlotOptions } from './steps/callSlots.js'
import { createEffectCalls, type EffectCalls } from './steps/effectCalls.js'
import { createFreeing } from './steps/freeing.js'
import { createStepHandler } from './steps/handler.js'
import { createSweeper } from './sweeper.js'
import { startTicking } from './ticking.js'
import { type Alarm, createAlarm } from './timers/alarm.js'
import { handledUpTo } from './timers/handledUpTo.js'
import { createTimerHandler } from './timers/handler.js'
import { createWatermark, type Watermark } from './watermark.js'

export interface EngineOptions {
  readonly deps: EngineDeps
  readonly tools: EffectTools
  readonly topology: Topology
  readonly startConsumer: StartConsumer
  /** Calls under way at most, by kind. */
  readonly effectSlots: Readonly<Record<EffectKind, SlotOptions['slots']>>
  /** Webhooks under way to one host at most. */
  readonly hostSlots: number
  readonly retryBaseMs: number
  readonly sweepEveryMs: number
  readonly sweepGraceMs: number
  readonly shortestRetentionMs: number
  readonly random: () => number
  /** Consumers of the process that the engine does not run, but whose lag it tells. */
  readonly alongside?: readonly RunningConsumer[]
}

export interface Engine {
  /** Leaves the groups, finishes and records the calls under way, stops the clocks. */
  stop(): Promise<void>
  /** Why the engine does not work now; empty: every consumer has joined and moves. */
  troubles(): string[]
}

/** SIGTERM: calls under way may finish for this long. */
const CALLS_LIMIT_MS = 45_000
/** Kinds that call the outside world, each with a pool of its own. */
const EFFECT_KINDS = ['SEND_EMAIL', 'WEBHOOK'] as const satisfies readonly StepKind[]
type EffectKind = (typeof EFFECT_KINDS)[number]

interface StepConsumer {
  readonly kind: StepKind
  readonly consumer: RunningConsumer
  readonly watermark: Watermark
  readonly calls: EffectCalls | null
}

/** Every consumer of the engine role, its alarm clock and its sweeper, in one process. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { deps, topology, startConsumer, tools } = options
  const events = await startEvents(options)
  const steps = await Promise.all(STEP_KINDS.map((kind) => startSteps(options, kind)))
  const { alarm, timers } = await startTimers(options, events)
  const mails = await startConsumer({
    topic: topology.emailEvents,
    handler: createEmailEventsHandler(deps, tools.messages),
  })
  const byKind = new Map(steps.map((one) => [one.kind, one]))
  const sweeper = createSweeper({
    deps,
    everyMs: options.sweepEveryMs,
    graceMs: options.sweepGraceMs,
    share: (kind) => shareOf(byKind.get(kind)?.consumer ?? null),
    sweepsContacts: () => events.assigned().includes(0),
    handledUpTo: (kind) => byKind.get(kind)?.watermark.passed() ?? null,
    inputHandledUpTo: () => handledUpTo(deps, { name: events.topic, partitions: events.partitions }),
  })
  const ticking = startTicking({
    deps,
    events,
    timers,
    others: [mails, ...(options.alongside ?? [])],
    steps,
  })
  const consumers = [events, mails, timers, ...steps.map(({ consumer }) => consumer)]
  return {
    troubles: () => consumers.flatMap((consumer) => consumer.trouble() ?? []),
    stop: async () => {
      // A tick under way asks Kafka; the groups are left all the same.
      void ticking.stop()
      await Promise.all([...consumers.map((consumer) => consumer.stop()), alarm.stop(), sweeper.stop()])
      await Promise.all(steps.map(({ calls }) => calls?.drain(CALLS_LIMIT_MS)))
    },
  }
}

function startEvents({
  deps,
  topology,
  startConsumer,
  shortestRetentionMs,
}: EngineOptions): Promise<RunningConsumer> {
  return startConsumer({
    topic: topology.contactEvents,
    handler: createContactEventsHandler({ deps, shortestRetentionMs }),
  })
}

async function startSteps(options: EngineOptions, kind: StepKind): Promise<StepConsumer> {
  const { deps, topology, startConsumer, shortestRetentionMs } = options
  let consumer: RunningConsumer | null = null
  const calls = isEffect(kind) ? createCalls(options, kind, () => consumer?.resumeAll()) : null
  const handler = createStepHandler({ deps, kind, calls, shortestRetentionMs })
  consumer = await startConsumer({ topic: topology.steps[kind], handler })
  return { kind, consumer, calls, watermark: createWatermark(consumer, deps.clock) }
}

function isEffect(kind: StepKind): kind is EffectKind {
  return EFFECT_KINDS.some((one) => one === kind)
}

function createCalls(options: EngineOptions, kind: EffectKind, resume: () => void): EffectCalls {
  const { deps, tools, effectSlots, hostSlots, random, retryBaseMs } = options
  const slots = createCallSlots({
    slots: effectSlots[kind],
    hostSlots,
    random,
    nowMs: () => deps.clock.now().getTime(),
    onFree: () => onFree(),
  })
  const onFree = createFreeing({ scheduler: deps.scheduler, isPlenty: slots.mostlyFree, resume })
  return createEffectCalls({ deps, tools, slots, random, retryBaseMs, results: createCallResults(deps) })
}

/** Counts are read as they are now: partitions may be added while everything runs. */
function shareOf(consumer: RunningConsumer | null): Share {
  return { partitions: consumer?.partitions() ?? 1, owned: consumer?.assigned() ?? [] }
}

async function startTimers(
  options: EngineOptions,
  events: RunningConsumer,
): Promise<{ alarm: Alarm; timers: RunningConsumer }> {
  const { deps, topology, startConsumer } = options
  let timers: RunningConsumer | null = null
  const inputTopic = { name: events.topic, partitions: events.partitions }
  const alarm = createAlarm({ deps, share: () => shareOf(timers), inputTopic })
  const handler = createTimerHandler(deps, alarm.notice)
  const onAssigned = () => alarm.notice(deps.clock.now())
  timers = await startConsumer({ topic: topology.timers, handler, onAssigned })
  return { alarm, timers }
}
