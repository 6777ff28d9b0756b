import type { Announcer } from './events.js'
import type { Clock, Scheduler } from './store/ports/clock.js'
import type { ExecutionTrimmer } from './store/ports/erasure.js'
import { repeat } from './store/scheduling.js'

export interface RetentionOptions {
  readonly trimmer: ExecutionTrimmer
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly announcer: Announcer
  /** Ended executions are kept for so long. */
  readonly keepMs: number
}

const EVERY_MS = 600_000

/** Removes executions whose time is over, now and then; the database itself removes events and mails by their age. */
export function startRetention(options: RetentionOptions): { stop(): Promise<void> } {
  const { trimmer, clock, announcer, keepMs, ...rest } = options
  return repeat({ ...rest, announcer, where: 'retention of executions', everyMs: EVERY_MS }, async () => {
    const count = await trimmer.trim(new Date(clock.now().getTime() - keepMs))
    if (count > 0) announcer.announce('executions.trimmed', { count })
  })
}
