import type { ExecutionId } from '../../src/workflow/ids.js'
import { createHostQueue, type HostQueue, meanWith } from './hostQueue.js'

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
  /** The claim was written: its slots are held for a call. */
  keep(id: ExecutionId): Kept
  /** The host that a call of this batch waits for, if one does. */
  waitsFor(): string | null
  /** Gives back what was not kept. */
  close(): void
}

/** The slots of one claim. The host's is given back as soon as it has answered, the other once that is recorded. */
export interface Kept {
  /** The call begins; the answer is called when it ends. */
  begin(): () => void
  release(): void
}

/** Bounds calls under way, in all and by host. One for each kind that calls. */
export interface CallSlots {
  /** Up to `most` of the free slots; null: none is free, or no more calls are made. */
  take(most: number): Hand | null
  /** Free slots of this host, and whether that is a good part of them. */
  roomFor(host: string): { readonly free: number; readonly isGood: boolean }
  /** Calls under way. */
  underWay(): number
  /** At least half of the slots: enough for a batch that is worth its database calls. */
  mostlyFree(): boolean
  /** No more claims. */
  stop(): void
}

export interface SlotOptions {
  /** Calls at a time; `meanMs`: what a call has taken lately, null until one has ended. */
  readonly slots: (meanMs: number | null) => number
  readonly hostSlots: number
  readonly random: () => number
  readonly nowMs: () => number
  /** Slots are free again. */
  readonly onFree: () => void
}

interface Host {
  readonly name: string
  readonly queue: HostQueue
}

/** An answer, and the host whose slot it holds. */
type Asked = SlotAnswer & { readonly held?: Host }

/** A host whose slots come free as quickly as this is waited for; a slower one would hold up the others. */
const QUICK_GAP_MS = 4
/** One in so many slots free is room for a batch that is worth its database calls. */
const ROOM_SHARE = 4
/** Hosts that are slow, or have not answered yet, leave the rest of all slots to the others. */
const SHARE_OF_SLOW = 0.8
/** Hosts remembered while nothing is done with them. */
const MAX_IDLE_HOSTS = 10_000

export function createCallSlots(options: SlotOptions): CallSlots {
  const table = new SlotTable(options)
  return {
    take: (most) => table.take(most),
    roomFor: (host) => table.roomFor(host),
    underWay: () => table.kept,
    mostlyFree: () => table.mostlyFree(),
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
  /** Slots in the hands of batches. */
  #inHands = 0
  /** Slots of hosts in the hands of batches: they are asked for, and no call is under way. */
  #asked = 0
  #meanMs: number | null = null

  constructor(options: SlotOptions) {
    this.#options = options
  }

  take(most: number): Hand | null {
    const free = this.stopped ? 0 : this.#limit() - this.kept - this.#inHands
    const size = Math.min(most, free)
    if (size <= 0) return null
    this.#inHands += size
    return this.#handOf(size)
  }

  roomFor(host: string) {
    const { hostSlots } = this.#options
    const free = this.#hosts.get(host)?.free() ?? hostSlots
    return { free, isGood: ROOM_SHARE * free >= hostSlots }
  }

  mostlyFree(): boolean {
    return 2 * (this.kept + this.#inHands) <= this.#limit()
  }

  #limit(): number {
    return this.#options.slots(this.#meanMs)
  }

  #handOf(size: number): Hand {
    const answers = new Map<ExecutionId, Asked>()
    let left = size
    let waitsFor: string | null = null
    return {
      size,
      ask: (id, host) => {
        const known = answers.get(id)
        if (known !== undefined) return known
        const answer = this.#ask(host)
        answers.set(id, answer)
        if (answer.type === 'here') waitsFor = host
        return answer
      },
      waitsFor: () => waitsFor,
      keep: (id) => {
        const host = answers.get(id)?.held ?? null
        answers.delete(id)
        if (host !== null) this.#asked--
        left--
        this.#inHands--
        this.kept++
        return this.#keptOf(host)
      },
      close: () => {
        for (const { held } of answers.values()) this.#giveBack(held)
        this.#inHands -= left
        if (left > 0) this.#freed()
      },
    }
  }

  #keptOf(host: Host | null): Kept {
    let left = host === null
    const leave = (tookMs: number | null) => {
      if (!left && host !== null) this.#leave(host, tookMs)
      left = true
    }
    return {
      begin: () => {
        const beganMs = this.#options.nowMs()
        host?.queue.begin(beganMs)
        return () => {
          const tookMs = Math.max(0, this.#options.nowMs() - beganMs)
          this.#meanMs = meanWith(this.#meanMs, tookMs)
          leave(tookMs)
          this.#freed()
        }
      },
      release: () => {
        leave(null)
        this.kept--
        this.#freed()
      },
    }
  }

  #ask(name: string | null): Asked {
    if (name === null) return { type: 'slot' }
    const queue = this.#hosts.get(name) ?? createHostQueue(this.#options.hostSlots)
    this.#hosts.set(name, queue)
    const nowMs = this.#options.nowMs()
    const admitted = this.kept + this.#asked < SHARE_OF_SLOW * this.#limit() || queue.isPrompt(nowMs)
    if (admitted && queue.enter(nowMs)) {
      this.#asked++
      return { type: 'slot', held: { name, queue } }
    }
    if (admitted && queue.gapMs(nowMs) <= QUICK_GAP_MS) return { type: 'here' }
    return { type: 'away', host: name, ms: queue.sendAway(nowMs, this.#options.random()) }
  }

  #giveBack(held: Host | undefined): void {
    if (held === undefined) return
    this.#asked--
    this.#leave(held, null)
  }

  #leave({ name, queue }: Host, tookMs: number | null): void {
    const nowMs = this.#options.nowMs()
    queue.leave(tookMs, nowMs)
    if (this.#hosts.size > MAX_IDLE_HOSTS && queue.idle(nowMs)) this.#hosts.delete(name)
  }

  #freed(): void {
    if (!this.stopped) this.#options.onFree()
  }
}
