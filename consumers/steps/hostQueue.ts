/** One outside host: who calls it now, how long calls take, how many were sent away to come back. */
export interface HostQueue {
  /** True: a slot was free and is taken. */
  enter(nowMs: number): boolean
  /** A call is over, or (null) was never made. */
  leave(startedMs: number | null, nowMs: number): void
  /** Milliseconds between two slots that come free, as far as it is known. */
  gapMs(nowMs: number): number
  /** Puts one more at the end of the queue; answers how long it should stay away. */
  sendAway(nowMs: number, random: number): number
  idle(nowMs: number): boolean
}

/** What a call is thought to take until one was measured. */
const GUESS_MS = 50
/** Weight of the latest call in the mean. */
const WEIGHT = 0.1
const MIN_AWAY_MS = 1_000
const MAX_AWAY_MS = 5 * 60_000
/** Due times in steps of this share one write. */
const STEP_MS = 100

/**
 * The queue is a count that drains at the host's measured rate, so nothing that waits is held in memory. A host
 * that answers nobody is as slow as its silence is long.
 */
export function createHostQueue(slots: number): HostQueue {
  let inUse = 0
  let meanMs = GUESS_MS
  let measured = false
  let lastChangeMs = 0
  let queue = 0
  let drainedMs = 0
  const gapMs = (nowMs: number) => {
    const silentMs = inUse >= slots ? nowMs - lastChangeMs : 0
    return Math.max(meanMs, silentMs) / slots
  }
  const drain = (nowMs: number) => {
    queue = Math.max(0, queue - Math.max(0, nowMs - drainedMs) / gapMs(nowMs))
    drainedMs = nowMs
  }
  return {
    enter: (nowMs) => {
      if (inUse >= slots) return false
      inUse++
      lastChangeMs = nowMs
      return true
    },
    leave: (startedMs, nowMs) => {
      inUse--
      lastChangeMs = nowMs
      if (startedMs === null) return
      const tookMs = Math.max(0, nowMs - startedMs)
      meanMs = measured ? meanMs + (tookMs - meanMs) * WEIGHT : tookMs
      measured = true
    },
    gapMs,
    sendAway: (nowMs, random) => {
      drain(nowMs)
      const waitMs = queue * gapMs(nowMs)
      // Beyond the longest stay the queue grows no more: they come back to be asked again.
      if (waitMs < MAX_AWAY_MS) queue++
      return awayMs(waitMs, random)
    },
    idle: (nowMs) => {
      drain(nowMs)
      return inUse === 0 && queue === 0
    },
  }
}

/**
 * Somewhat before its turn, so that slots do not stand empty while those whose turn it is are on their way, and
 * never all at once.
 */
function awayMs(waitMs: number, random: number): number {
  const earlyMs = Math.max(waitMs, MIN_AWAY_MS) * (0.5 + 0.4 * random)
  const bounded = Math.min(MAX_AWAY_MS, Math.max(MIN_AWAY_MS, earlyMs))
  return Math.ceil(bounded / STEP_MS) * STEP_MS
}
