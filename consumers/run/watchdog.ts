import { protocolErrorOf } from '../../producers/kafkaErrors.js'
import type { Announcer } from '../../src/events.js'

export interface WatchdogOptions {
  readonly topic: string
  /** By assigned partition: the next offset to handle. */
  readonly positions: () => ReadonlyMap<number, number>
  /** By partition: the offset behind the last message. Rejects while the broker is away. */
  readonly endOffsets: () => Promise<ReadonlyMap<number, number>>
  /** Partitions that rest on purpose: no progress is expected of them. */
  readonly paused: () => ReadonlySet<number>
  readonly announcer: Announcer
  readonly everyMs: number
  readonly stuckAfterMs: number
  /** A broker that has just started may not know its topics yet; one that is unknown for so long is gone. */
  readonly goneAfterMs: number
  readonly onStuck: (reason: string) => void
}

interface Standstill {
  readonly position: number
  readonly since: number
}

/**
 * Heartbeats are no proof of life: a consumer can sit in its group and fetch nothing. Who has messages to handle
 * and does not move for `stuckAfterMs` is stuck. Who reads a topic that was deleted would wait for ever, too: the
 * next process makes it anew. Answers how to call the dog off.
 */
export function startWatchdog(options: WatchdogOptions): () => void {
  const still = new Map<number, Standstill>()
  const goneFor = createStopwatch()
  let looking = false
  const look = async (): Promise<void> => {
    try {
      const stuck = stuckPartition(options, still, await options.endOffsets())
      goneFor(false)
      if (stuck !== null) options.onStuck(`partition ${stuck} has messages and does not move`)
    } catch (error) {
      // Without the broker nobody moves, and nobody can say how far behind.
      still.clear()
      options.announcer.announce('failure', { where: `watchdog of ${options.topic}`, error })
      const isGone = protocolErrorOf(error) === UNKNOWN_TOPIC
      if (goneFor(isGone) >= options.goneAfterMs) options.onStuck('the broker does not know a topic any more')
    }
  }
  const timer = setInterval(async () => {
    if (looking) return
    looking = true
    await look()
    looking = false
  }, options.everyMs)
  return () => clearInterval(timer)
}

/** For how many ms something has been so without a break; 0 while it is not. */
function createStopwatch(): (isSo: boolean) => number {
  let since: number | null = null
  return (isSo) => {
    const now = performance.now()
    since = isSo ? (since ?? now) : null
    return since === null ? 0 : now - since
  }
}

const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION'

function stuckPartition(
  options: WatchdogOptions,
  still: Map<number, Standstill>,
  ends: ReadonlyMap<number, number>,
): number | null {
  const { positions, paused, stuckAfterMs } = options
  const now = performance.now()
  const behind = [...positions()].filter(
    ([partition, position]) => position < (ends.get(partition) ?? 0) && !paused().has(partition),
  )
  const standing = new Map(behind.map(([partition, position]) => [partition, position]))
  for (const partition of still.keys()) if (!standing.has(partition)) still.delete(partition)
  for (const [partition, position] of standing) {
    if (still.get(partition)?.position !== position) still.set(partition, { position, since: now })
  }
  const stuck = [...still].find(([, { since }]) => now - since >= stuckAfterMs)
  return stuck?.[0] ?? null
}
