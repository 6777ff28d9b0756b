import type { Clock } from '../ports/clock.js'
import type { Db } from './driver.js'

const ROUND_TRIPS = 7
const MEASURE_EVERY_MS = 30_000

export interface DatabaseClock extends Clock {
  /** Measures again at once; the clock does it by itself every 30 s. */
  measure(): Promise<void>
  stop(): void
}

/**
 * MongoDB's time, carried on this process's monotonic clock, so neither a wrong wall clock nor a step of it
 * matters. It never runs backwards: after a correction to earlier it stands still until time has caught up.
 * `onFailure` hears of measurements that failed; the last offset stays in use.
 */
export async function startDatabaseClock(
  db: Db,
  onFailure: (error: unknown) => void,
): Promise<DatabaseClock> {
  let offsetMs = await measureOffset(db)
  let latestMs = Number.NEGATIVE_INFINITY
  const measure = async () => {
    offsetMs = await measureOffset(db)
  }
  const timer = setInterval(() => void measure().catch(onFailure), MEASURE_EVERY_MS).unref()
  return {
    now: () => {
      latestMs = Math.max(latestMs, Math.floor(performance.now() + offsetMs))
      return new Date(latestMs)
    },
    measure,
    stop: () => clearInterval(timer),
  }
}

/** The round trip that took least time tells best: half of it is the most that the offset can be wrong by. */
async function measureOffset(db: Db): Promise<number> {
  let best = { tripMs: Number.POSITIVE_INFINITY, offsetMs: 0 }
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const sample = await roundTrip(db)
    if (sample.tripMs < best.tripMs) best = sample
  }
  return best.offsetMs
}

async function roundTrip(db: Db): Promise<{ tripMs: number; offsetMs: number }> {
  const sentMs = performance.now()
  const { localTime } = await db.admin().command({ hello: 1 }, { readPreference: 'primary' })
  const gotMs = performance.now()
  return { tripMs: gotMs - sentMs, offsetMs: (localTime as Date).getTime() - (sentMs + gotMs) / 2 }
}
