import type { ExecutionId } from '../../src/workflow/ids.js'
import type { CallSlots, Hand, Kept, SlotAnswer } from './callSlots.js'
import { createHostQueue, type HostQueue } from './hostQueue.js'

export interface BulkSlotsOptions {
  /** Those of the kind, which live calls have too. */
  readonly slots: CallSlots
  /** Bulk calls under way at most, and to one host. */
  readonly most: number
  readonly mostPerHost: number
  readonly random: () => number
  readonly nowMs: () => number
}

/**
 * The bulk lane's part of a kind's slots: live calls find the others free. All that comes is looked at: a call
 * without a slot comes back by a timer when its turn may have come, so that nothing stands behind it.
 */
export function createBulkSlots(options: BulkSlotsOptions): CallSlots {
  const queues = new Map<string, HostQueue>()
  return { ...options.slots, take: (wanted) => new BulkHand(options, queues, wanted) }
}

/** Hosts remembered while nothing is done with them. */
const MAX_IDLE_HOSTS = 10_000
const WHOLE_LANE = ''

type Asked = { readonly answer: SlotAnswer; readonly queues: readonly HostQueue[] }

class BulkHand implements Hand {
  readonly size: number
  readonly #options: BulkSlotsOptions
  readonly #queues: Map<string, HostQueue>
  readonly #hand: Hand | null
  readonly #asked = new Map<ExecutionId, Asked>()
  #left: number

  constructor(options: BulkSlotsOptions, queues: Map<string, HostQueue>, size: number) {
    this.#options = options
    this.#queues = queues
    this.size = size
    this.#hand = options.slots.take(Math.min(size, options.most))
    this.#left = this.#hand?.size ?? 0
  }

  ask(id: ExecutionId, host: string | null): SlotAnswer {
    const known = this.#asked.get(id)
    if (known !== undefined) return known.answer
    const asked = this.#ask(id, host)
    this.#asked.set(id, asked)
    return asked.answer
  }

  keep(id: ExecutionId): Kept {
    const queues = this.#asked.get(id)?.queues ?? []
    this.#asked.delete(id)
    if (this.#hand === null) throw new Error('a call was claimed without a slot')
    return this.#keptOf(this.#hand.keep(id), queues)
  }

  waitsFor(): string | null {
    return this.#hand?.waitsFor() ?? null
  }

  close(): void {
    for (const { queues } of this.#asked.values()) this.#leave(queues, null)
    this.#hand?.close()
  }

  #ask(id: ExecutionId, host: string | null): Asked {
    const { nowMs, random } = this.#options
    const queues = this.#queuesOf(host)
    const entered: HostQueue[] = []
    const full = queues.find((queue) => !(queue.enter(nowMs()) && entered.push(queue)))
    const answer = full === undefined && this.#left > 0 ? this.#hand?.ask(id, host) : undefined
    if (answer?.type === 'slot') {
      this.#left--
      return { answer, queues }
    }
    this.#leave(entered, null)
    if (answer !== undefined) return { answer, queues: [] }
    const [lane] = queues
    const ms = (full ?? lane)?.sendAway(nowMs(), random()) ?? 0
    return { answer: { type: 'away', host: host ?? WHOLE_LANE, ms }, queues: [] }
  }

  #keptOf(kept: Kept, queues: readonly HostQueue[]): Kept {
    const { nowMs } = this.#options
    let left = false
    const leave = (tookMs: number | null) => {
      if (!left) this.#leave(queues, tookMs)
      left = true
    }
    return {
      begin: () => {
        const beganMs = nowMs()
        for (const queue of queues) queue.begin(beganMs)
        const end = kept.begin()
        return () => {
          leave(Math.max(0, nowMs() - beganMs))
          end()
        }
      },
      release: () => {
        leave(null)
        kept.release()
      },
    }
  }

  #queuesOf(host: string | null): HostQueue[] {
    const { most, mostPerHost } = this.#options
    const lane = this.#queue(WHOLE_LANE, most)
    return host === null ? [lane] : [lane, this.#queue(host, mostPerHost)]
  }

  #queue(name: string, slots: number): HostQueue {
    const queue = this.#queues.get(name) ?? createHostQueue(slots)
    this.#queues.set(name, queue)
    return queue
  }

  #leave(queues: readonly HostQueue[], tookMs: number | null): void {
    const nowMs = this.#options.nowMs()
    for (const queue of queues) queue.leave(tookMs, nowMs)
    if (this.#queues.size <= MAX_IDLE_HOSTS) return
    for (const [name, queue] of this.#queues) if (queue.idle(nowMs)) this.#queues.delete(name)
  }
}
