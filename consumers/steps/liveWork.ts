import type { Clock, Scheduler } from '../../src/store/ports/clock.js'
import { createQueues } from '../../src/store/queues.js'
import { pauseFor } from '../../src/store/scheduling.js'
import type { Handler } from '../batch.js'

/** Live batches of this process: what the bulk lane makes way for. */
export interface LiveWork {
  /** The same handler, its batches counted. */
  counted(handler: Handler): Handler
  /**
   * Does bulk work: at once where nothing live is about, else one piece after the other, with a rest behind each
   * that is three times as long as the piece took.
   */
  makingWay<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Live work that was there so lately may come again at any moment. */
const LATELY_MS = 5_000
/** As many times as long as the piece took. */
const RESTS = 3
const LONGEST_REST_MS = 200

interface LiveWorkDeps {
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export function createLiveWork({ clock, scheduler }: LiveWorkDeps): LiveWork {
  const nowMs = () => clock.now().getTime()
  const inTurn = createQueues()
  let seenMs = Number.NEGATIVE_INFINITY
  // The clock is MongoDB's and may be set back.
  const isAbout = () => Math.abs(nowMs() - seenMs) <= LATELY_MS
  const withRest = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const began = nowMs()
    try {
      return await work()
    } finally {
      const ms = Math.min(LONGEST_REST_MS, Math.max(1, RESTS * (nowMs() - began)))
      if (isAbout()) await pauseFor(scheduler, ms)
    }
  }
  return {
    counted: (handler) => async (batch, control) => {
      try {
        return await handler(batch, control)
      } finally {
        seenMs = nowMs()
      }
    },
    makingWay: (work) => (isAbout() ? inTurn('bulk', () => withRest(work)) : work()),
  }
}
