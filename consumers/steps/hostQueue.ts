/** One outside host: who calls it now, how long its answers take, how many were sent away to come back. */
export interface HostQueue {
  /** True: a slot was free and is taken. */
  enter(nowMs: number): boolean
  free(): number
  /** A call that has a slot begins. */
  begin(nowMs: number): void
  /** Gives a slot back after a call of so many milliseconds; null: there was none. */
  leave(tookMs: number | null, nowMs: number): void
  /** It answers within a second, as far as it is known; or nobody asks it now. */
  isPrompt(nowMs: number): boolean
  /** Milliseconds between two slots that come free, as far as it is known. */
  gapMs(nowMs: number): number
  /** Puts one more at the end of the queue; answers how long it should stay away. */
  sendAway(nowMs: number, random: number): number
  idle(nowMs: number): boolean
}

/** What an answer is thought to take until one was measured. */
const GUESS_MS = 50
/** Weight of the latest answer in the mean. */
const WEIGHT = 0.1
const MIN_AWAY_MS = 1_000
const PROMPT_MS = 1_000
const MAX_AWAY_MS = 5 * 60_000
/** Nobody stays away for longer than this many times as long as the host was watched: first impressions may err. */
const TRUST = 4
/** A host that nobody called for so long is watched anew. */
const FORGET_MS = 60_000
/** Due times in steps of this share one write. */
const STEP_MS = 100

/** The mean of what answers took lately, with the latest; `before` null: it is the first. */
export function meanWith(before: number | null, tookMs: number): number {
  return before === null ? tookMs : before + (tookMs - before) * WEIGHT
}

export function createHostQueue(slots: number): HostQueue {
  return new Queue(slots)
}

/**
 * The queue is a count that drains at the host's measured rate, so nothing that waits is held in memory. A host
 * that answers nobody is as slow as its silence is long.
 */
class Queue implements HostQueue {
  readonly #slots: number
  #inUse = 0
  #calling = 0
  #meanMs: number | null = null
  #lastSignMs = 0
  #queue = 0
  #drainedMs = 0
  #watchedMs = 0
  #usedMs = Number.NEGATIVE_INFINITY

  constructor(slots: number) {
    this.#slots = slots
  }

  enter(nowMs: number): boolean {
    if (this.#inUse >= this.#slots) return false
    if (nowMs - this.#usedMs > FORGET_MS) this.#watchedMs = nowMs
    this.#usedMs = nowMs
    this.#inUse++
    return true
  }

  free(): number {
    return this.#slots - this.#inUse
  }

  begin(nowMs: number): void {
    // A further call is no sign of life: silence counts from the first that nobody answered.
    if (this.#calling++ === 0) this.#lastSignMs = nowMs
  }

  leave(tookMs: number | null, nowMs: number): void {
    this.#inUse--
    this.#usedMs = nowMs
    if (tookMs === null) return
    this.#calling--
    this.#lastSignMs = nowMs
    this.#meanMs = meanWith(this.#meanMs, tookMs)
  }

  isPrompt(nowMs: number): boolean {
    return this.#inUse === 0 || (this.#meanMs !== null && this.#takesMs(nowMs) < PROMPT_MS)
  }

  gapMs(nowMs: number): number {
    return this.#takesMs(nowMs) / this.#slots
  }

  #takesMs(nowMs: number): number {
    const silentMs = this.#calling > 0 ? nowMs - this.#lastSignMs : 0
    return Math.max(this.#meanMs ?? GUESS_MS, silentMs)
  }

  sendAway(nowMs: number, random: number): number {
    this.#drain(nowMs)
    const waitMs = this.#queue * this.gapMs(nowMs)
    const longestMs = Math.min(MAX_AWAY_MS, Math.max(MIN_AWAY_MS, TRUST * (nowMs - this.#watchedMs)))
    // Beyond the longest stay the queue grows no more: they come back to be asked again.
    if (waitMs < longestMs) this.#queue++
    return awayMs(Math.min(waitMs, longestMs), random)
  }

  idle(nowMs: number): boolean {
    this.#drain(nowMs)
    return this.#inUse === 0 && this.#queue === 0
  }

  #drain(nowMs: number): void {
    const sinceMs = Math.max(0, nowMs - this.#drainedMs)
    this.#queue = Math.max(0, this.#queue - sinceMs / this.gapMs(nowMs))
    this.#drainedMs = nowMs
  }
}

/**
 * Somewhat before its turn, so that slots do not stand empty while those whose turn it is are on their way, and
 * never all at once.
 */
function awayMs(waitMs: number, random: number): number {
  const earlyMs = Math.max(MIN_AWAY_MS, waitMs * (0.5 + 0.4 * random))
  return Math.ceil(earlyMs / STEP_MS) * STEP_MS
}
