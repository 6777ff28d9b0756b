import type { ExecutionId } from '../../src/workflow/ids.js'
import { createHostQueue, type HostQueue } from './hostQueue.js'

/** What a call of a batch is told: it has a slot, or the batch ends before it, or it comes back later. */
export type SlotAnswer =
  | { readonly type: 'slot' }
  | { readonly type: 'here' }
  | { readonly type: 'away'; readonly ms: number; readonly host: string }

/** The slots that one batch has in hand. */
export interface Hand {
  /** Calls that this batch may claim at most. */
  readonly size: number
  /** Asked again for the same execution, the answer stays. */
  ask(id: ExecutionId, host: string | null): SlotAnswer
  /** The claim was written: its slot is held until the answer is called. */
  keep(id: ExecutionId): () => void
  /** Gives back what was not kept. */
  close(): void
}

/** Bounds calls under way, in all and by host. One for each kind that calls. */
export interface CallSlots {
  /** Up to `most` of the free slots; null: none is free, or no more calls are made. */
  take(most: number): Hand | null
  /** Calls under way. */
  underWay(): number
  /** Resolves when a slot came free, at the latest after `ms`. */
  nextFree(ms: number): Promise<void>
  /** No more claims. */
  stop(): void
}

export interface SlotOptions {
  readonly slots: number
  readonly hostSlots: number
  readonly random: () => number
  readonly nowMs: () => number
  readonly after: (ms: number, run: () => void) => () => void
  /** Slots are free again. */
  readonly onFree: () => void
}

/** An answer, and how its slot at the host is given back: after a call, or without one. */
type Asked = SlotAnswer & { readonly leave?: (called: boolean) => void }

/** A host whose slots come free as quickly as this is waited for; a slower one would hold up the others. */
const QUICK_GAP_MS = 2
/** Hosts remembered while nothing is done with them. */
const MAX_IDLE_HOSTS = 10_000

export function createCallSlots(options: SlotOptions): CallSlots {
  const table = new SlotTable(options)
  return {
    take: (most) => table.take(most),
    underWay: () => table.kept,
    nextFree: (ms) => table.nextFree(ms),
    stop: () => {
      table.stopped = true
    },
  }
}

class SlotTable {
  stopped = false
  /** Slots of calls under way. */
  kept = 0
  readonly #options: SlotOptions
  readonly #hosts = new Map<string, HostQueue>()
  readonly #waiting = new Set<() => void>()
  /** Slots in the hands of batches. */
  #inHands = 0

  constructor(options: SlotOptions) {
    this.#options = options
  }

  take(most: number): Hand | null {
    const free = this.stopped ? 0 : this.#options.slots - this.kept - this.#inHands
    const size = Math.min(most, free)
    if (size <= 0) return null
    this.#inHands += size
    return this.#handOf(size)
  }

  nextFree(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        this.#waiting.delete(wake)
        resolve()
      }
      const cancel = this.#options.after(ms, wake)
      this.#waiting.add(wake)
    })
  }

  #handOf(size: number): Hand {
    const answers = new Map<ExecutionId, Asked>()
    let left = size
    return {
      size,
      ask: (id, host) => {
        const known = answers.get(id)
        if (known !== undefined) return known
        const answer = this.#ask(host)
        answers.set(id, answer)
        return answer
      },
      keep: (id) => {
        const { leave = () => undefined } = answers.get(id) ?? {}
        answers.delete(id)
        left--
        this.#inHands--
        this.kept++
        return () => {
          this.kept--
          leave(true)
          this.#freed()
        }
      },
      close: () => {
        for (const { leave } of answers.values()) leave?.(false)
        this.#inHands -= left
        if (left > 0) this.#freed()
      },
    }
  }

  #ask(name: string | null): Asked {
    if (name === null) return { type: 'slot' }
    const host = this.#hosts.get(name) ?? createHostQueue(this.#options.hostSlots)
    this.#hosts.set(name, host)
    const startedMs = this.#options.nowMs()
    if (host.enter(startedMs)) {
      return { type: 'slot', leave: (called) => this.#leave(name, host, called ? startedMs : null) }
    }
    if (host.gapMs(startedMs) <= QUICK_GAP_MS) return { type: 'here' }
    return { type: 'away', host: name, ms: host.sendAway(startedMs, this.#options.random()) }
  }

  #leave(name: string, host: HostQueue, startedMs: number | null): void {
    const nowMs = this.#options.nowMs()
    host.leave(startedMs, nowMs)
    if (this.#hosts.size > MAX_IDLE_HOSTS && host.idle(nowMs)) this.#hosts.delete(name)
  }

  #freed(): void {
    for (const wake of [...this.#waiting]) wake()
    if (!this.stopped) this.#options.onFree()
  }
}
