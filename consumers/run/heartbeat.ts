import { messageOf } from '../../src/errors.js'
import type { Announcer } from '../../src/events.js'

export interface Heart {
  /** False once the group is being redistributed. */
  steady(): boolean
  /** A handler starts: from now it has `limitMs`. */
  restart(): void
  stop(): void
}

export interface HeartOptions {
  readonly topic: string
  /** Throttled by the library to its interval; throws when the group is being redistributed. */
  readonly heartbeat: () => Promise<void>
  readonly onRebalance: () => void
  readonly announcer: Announcer
  /** A handler that runs longer gets no more heartbeats: the group takes its partitions away. */
  readonly limitMs: number
}

const BEAT_MS = 1_000

/** The library itself beats only between batches; a handler may take longer than that, but not for ever. */
export function startHeart({ topic, heartbeat, onRebalance, announcer, limitMs }: HeartOptions): Heart {
  let rebalancing = false
  let until = performance.now() + limitMs
  const beat = async () => {
    if (performance.now() > until) {
      clearInterval(timer)
      const error = new Error(`a handler runs for more than ${limitMs} ms`)
      announcer.announce('failure', { where: `consumer of ${topic}`, error })
      return
    }
    try {
      await heartbeat()
    } catch (error) {
      if (!isRebalancing(error)) return
      rebalancing = true
      clearInterval(timer)
      onRebalance()
    }
  }
  const timer = setInterval(beat, BEAT_MS)
  return {
    steady: () => !rebalancing,
    restart: () => {
      until = performance.now() + limitMs
    },
    stop: () => clearInterval(timer),
  }
}

const LOST: ReadonlySet<unknown> = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
])

/** Other errors (a connection that broke) are met again by the library's own loop, which deals with them. */
function isRebalancing(error: unknown): boolean {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined
  return LOST.has(type) || /rebalanc/i.test(messageOf(error))
}
