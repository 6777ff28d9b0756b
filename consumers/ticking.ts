import { type Repeating, repeat } from '../src/store/scheduling.js'
import type { EngineDeps } from './deps.js'
import type { RunningConsumer } from './run.js'
import { createWatermark, type Watermark } from './watermark.js'

export interface TickingOptions {
  readonly deps: EngineDeps
  readonly events: RunningConsumer
  readonly timers: RunningConsumer
  /** Whose topics have no watermark: only their lag is told. */
  readonly others: readonly RunningConsumer[]
  readonly steps: readonly { readonly consumer: RunningConsumer; readonly watermark: Watermark }[]
}

const WHERE = 'watermark'
/** How often topics' ends are noted: what timeouts and the sweeper are judged by. */
const EVERY_MS = 1_000
/** Overdue timers are counted less often: an alarm clock looks every 2 s by itself. */
const TICKS_PER_COUNT = 10
/** Due for longer than this, a timer is overdue: the alarm clock looked meanwhile. */
const OVERDUE_MS = 5_000

/**
 * Once a second: how far the input was handled goes to the database, how far the steps were stays here, and who
 * listens hears how far each topic is behind. All topics are asked for at once, so that they share requests.
 */
export function startTicking(options: TickingOptions): Repeating {
  const { deps, events, timers, steps } = options
  const input = createWatermark(events, deps.clock)
  const unmarked = [timers, ...options.others]
  const measured: Measured[] = [
    { consumer: events, watermark: input },
    ...steps,
    ...unmarked.map((consumer) => ({ consumer, watermark: null })),
  ]
  const reads = () => [
    ...steps.map(({ watermark }) => watermark.tick()),
    ...unmarked.map((consumer) => consumer.endOffsets()),
  ]
  let ticks = 0
  const tick = async () => {
    const others = reads().map((one) => settled<unknown>(deps, one))
    const [passed] = await Promise.all([settled(deps, input.tick()), ...others])
    if (passed !== null) await deps.progress.note(events.topic, passed)
    for (const one of measured) announceTopic(deps, one)
    if (ticks++ % TICKS_PER_COUNT === 0) await countOverdue(options)
  }
  return repeat({ ...deps, where: WHERE, everyMs: EVERY_MS }, tick)
}

/** A topic that is away (deleted, without a leader) holds up nobody but itself: null, and it is announced. */
function settled<Value>(deps: EngineDeps, work: Promise<Value>): Promise<Value | null> {
  return work.catch((error: unknown) => {
    deps.announcer.announce('failure', { where: WHERE, error })
    return null
  })
}

interface Measured {
  readonly consumer: RunningConsumer
  readonly watermark: Watermark | null
}

function announceTopic({ announcer, clock }: EngineDeps, { consumer, watermark }: Measured): void {
  const passed = watermark?.passed() ?? null
  const ageMs = passed === null ? null : clock.now().getTime() - passed.getTime()
  announcer.announce('topic.measured', { topic: consumer.topic, lags: consumer.lags(), ageMs })
}

async function countOverdue({ deps, timers }: TickingOptions): Promise<void> {
  const share = { partitions: timers.partitions(), owned: timers.assigned() }
  const before = new Date(deps.clock.now().getTime() - OVERDUE_MS)
  deps.announcer.announce('timers.overdue', { count: await deps.executions.overdue(share, before) })
}
