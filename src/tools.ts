import type { Announcer } from './events.js'
import type { Scheduler } from './store/ports/clock.js'

/** Timers of this process, in real time. */
export const realScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

export interface RepeatOptions {
  readonly scheduler: Scheduler
  readonly announcer: Announcer
  /** Named with a failure; the next turn comes all the same. */
  readonly where: string
  readonly everyMs: number
}

/** Does `work` again and again, `everyMs` after it last ended. */
export function repeat(
  { scheduler, announcer, where, everyMs }: RepeatOptions,
  work: () => Promise<unknown>,
): { stop(): Promise<void> } {
  let stopped = false
  let running: Promise<unknown> = Promise.resolve()
  let cancel: () => void = () => undefined
  const next = () => {
    cancel = scheduler.after(everyMs, () => {
      running = work()
        .catch((error: unknown) => announcer.announce('failure', { where, error }))
        .then(() => (stopped ? undefined : next()))
    })
  }
  next()
  return {
    stop: async () => {
      stopped = true
      cancel()
      await running
    },
  }
}
