import type { Announcer } from '../events.js'
import type { Scheduler } from './ports/clock.js'

/** Timers of this process, in real time. */
export const realScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

export function pauseFor(scheduler: Scheduler, ms: number): Promise<void> {
  return new Promise((resolve) => void scheduler.after(ms, resolve))
}

export interface RepeatOptions {
  readonly scheduler: Scheduler
  readonly announcer: Announcer
  /** Named with a failure; the next turn comes all the same. */
  readonly where: string
  readonly everyMs: number
}

export interface Repeating {
  isStopping(): boolean
  /** No turn begins any more; resolves once the one under way has ended. */
  stop(): Promise<void>
}

/** Does `work` again and again, `everyMs` after it last ended; it is told when to come to an end. */
export function repeat(
  { scheduler, announcer, where, everyMs }: RepeatOptions,
  work: (isStopping: () => boolean) => Promise<unknown>,
): Repeating {
  let stopped = false
  const isStopping = () => stopped
  let running: Promise<unknown> = Promise.resolve()
  let cancel: () => void = () => undefined
  const next = () => {
    cancel = scheduler.after(everyMs, () => {
      running = work(isStopping)
        .catch((error: unknown) => announcer.announce('failure', { where, error }))
        .then(() => (stopped ? undefined : next()))
    })
  }
  next()
  return {
    isStopping,
    stop: async () => {
      stopped = true
      cancel()
      await running
    },
  }
}
