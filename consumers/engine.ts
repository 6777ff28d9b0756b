import type { Share } from '../src/store/ports/executions.js'
import { createContactEventsHandler } from './contactEvents/handler.js'
import { createEmailEventsHandler } from './emailEvents.js'
import type { RunningConsumer } from './run.js'
import { createLiveWork, type LiveWork } from './steps/liveWork.js'
import { type StepsOptions, startSteps } from './steps/startSteps.js'
import { createSweeper } from './sweeper.js'
import { startTicking } from './ticking.js'
import { type Alarm, createAlarm } from './timers/alarm.js'
import { handledUpTo } from './timers/handledUpTo.js'
import { createTimerHandler } from './timers/handler.js'

export interface EngineOptions extends StepsOptions {
  readonly sweepEveryMs: number
  readonly sweepGraceMs: number
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
/** Every consumer of the engine role, its alarm clock and its sweeper, in one process. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { deps, topology, startConsumer, tools } = options
  const liveWork = createLiveWork(deps)
  const events = await startEvents(options, liveWork)
  const steps = await startSteps(options, liveWork)
  const { alarm, timers } = await startTimers(options, events)
  const mails = await startConsumer({
    topic: topology.emailEvents,
    handler: createEmailEventsHandler(deps, tools.messages),
  })
  const byTopic = new Map(steps.consumers.map((one) => [one.which, one]))
  const sweeper = createSweeper({
    deps,
    everyMs: options.sweepEveryMs,
    graceMs: options.sweepGraceMs,
    share: (which) => shareOf(byTopic.get(which)?.consumer ?? null),
    sweepsContacts: () => events.assigned().includes(0),
    handledUpTo: (which) => byTopic.get(which)?.watermark.passed() ?? null,
    inputHandledUpTo: () => handledUpTo(deps, { name: events.topic, partitions: events.partitions }),
  })
  const ticking = startTicking({
    deps,
    events,
    timers,
    others: [mails, ...(options.alongside ?? [])],
    steps: steps.consumers,
  })
  const consumers = [events, mails, timers, ...steps.consumers.map(({ consumer }) => consumer)]
  return {
    troubles: () => consumers.flatMap((consumer) => consumer.trouble() ?? []),
    stop: async () => {
      // A tick under way asks Kafka; the groups are left all the same.
      void ticking.stop()
      await Promise.all([...consumers.map((consumer) => consumer.stop()), alarm.stop(), sweeper.stop()])
      await steps.drain(CALLS_LIMIT_MS)
    },
  }
}

function startEvents(
  { deps, topology, startConsumer, shortestRetentionMs }: EngineOptions,
  liveWork: LiveWork,
): Promise<RunningConsumer> {
  const handler = createContactEventsHandler({ deps, shortestRetentionMs })
  return startConsumer({ topic: topology.contactEvents, handler: liveWork.counted(handler) })
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
