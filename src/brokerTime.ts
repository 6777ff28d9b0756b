import { connectWithin } from '../producers/client.js'
import type { Outbox } from '../producers/outputs.js'
import type { Announcer } from './events.js'
import type { Clock } from './store/ports/clock.js'
import { realScheduler, repeat } from './store/scheduling.js'
import type { BrokerTimeOf } from './workflow/contactEvent.js'
import type { ExecutionId } from './workflow/ids.js'

/** One acknowledged produce: when the broker says it appended, and how long the answer took to come. */
export interface Appended {
  readonly at: Date
  readonly tripMs: number
}

export interface BrokerTime {
  readonly of: BrokerTimeOf
  /** To be called right after the answer came. */
  measured(appended: Appended): void
  /** Milliseconds since the last measurement; null: there was none yet. */
  ageMs(): number | null
}

/** Clocks drift: so much less does a measurement count with every millisecond of its age. */
const DRIFT_PER_MS = 1 / 1_000

interface Sample {
  readonly aheadMs: number
  readonly tripMs: number
  readonly takenMs: number
}

/**
 * The difference between the broker's clock and MongoDB's, from produces to topics with the broker's time. Half of a
 * trip is the most that one can be wrong by, so the quickest of late counts. Without any, the clocks count as equal.
 */
export function createBrokerTime(clock: Clock): BrokerTime {
  let best: Sample | null = null
  let latestMs: number | null = null
  const nowMs = () => clock.now().getTime()
  return {
    measured: ({ at, tripMs }) => {
      const takenMs = nowMs()
      latestMs = takenMs
      const limit = best === null ? Number.POSITIVE_INFINITY : worthOf(best, takenMs)
      if (tripMs > limit) return
      best = { aheadMs: Math.round(at.getTime() - (takenMs - tripMs / 2)), tripMs, takenMs }
    },
    ageMs: () => (latestMs === null ? null : nowMs() - latestMs),
    of: (at) => new Date(at.getTime() + (best?.aheadMs ?? 0)),
  }
}

function worthOf({ tripMs, takenMs }: Sample, nowMs: number): number {
  return tripMs + (nowMs - takenMs) * DRIFT_PER_MS
}

interface Measuring {
  readonly outbox: Pick<Outbox, 'send'>
  readonly clock: Clock
  readonly announcer: Announcer
  readonly brokers: readonly string[]
  /** How long the first measurement may take: a partition that was just made may not take messages at once. */
  readonly patienceMs: number
}

/** An idle process measures so often; a busy one does with every produce. */
const MEASURE_EVERY_MS = 60_000

/**
 * Measures at once, and whenever nothing was produced for a while, by a Timer that names no execution: whoever
 * reads it looks at the documents, as after any Timer.
 */
export async function keepMeasuring(
  brokerTime: BrokerTime,
  { outbox, clock, announcer, ...within }: Measuring,
): Promise<{ stop(): Promise<void> }> {
  const measure = () =>
    outbox.send({ facts: [], events: [], steps: [], timers: [{ ...NO_TIMER, dueAt: clock.now() }] })
  await connectWithin(measure, within)
  const options = { scheduler: realScheduler, announcer, where: 'broker time', everyMs: MEASURE_EVERY_MS }
  return repeat(options, async () => {
    if ((brokerTime.ageMs() ?? MEASURE_EVERY_MS) >= MEASURE_EVERY_MS) await measure()
  })
}

const NO_TIMER = { v: 1, executionId: '00000000-0000-0000-0000-000000000000' as ExecutionId, seq: 0 } as const
