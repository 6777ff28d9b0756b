import { type CallSlots, createCallSlots, type SlotAnswer } from '../../consumers/steps/callSlots.js'
import type { ExecutionId } from '../../src/workflow/ids.js'

export interface SlotBench {
  readonly slots: CallSlots
  /** The clock, in milliseconds. */
  now: number
  /** Times that free slots were announced. */
  freed: number
}

export function bench(
  slots: number | ((meanMs: number | null) => number),
  hostSlots: number,
  random = () => 0.5,
): SlotBench {
  const bench: SlotBench = {
    now: 0,
    freed: 0,
    slots: createCallSlots({
      slots: typeof slots === 'number' ? () => slots : slots,
      hostSlots,
      random,
      nowMs: () => bench.now,
      onFree: () => {
        bench.freed++
      },
    }),
  }
  return bench
}

export const some = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `execution-${from + n}` as ExecutionId)

/** One batch of calls to a host, which begin at once; answers how they end, and what all were told. */
export function batch({ slots }: SlotBench, host: string, ids: readonly ExecutionId[]) {
  const hand = slots.take(ids.length)
  const told: SlotAnswer[] = []
  const releases: (() => void)[] = []
  for (const id of ids.slice(0, hand?.size ?? 0)) {
    const answer = hand?.ask(id, host) ?? { type: 'here' }
    told.push(answer)
    if (hand === null || answer.type !== 'slot') continue
    const kept = hand.keep(id)
    const end = kept.begin()
    releases.push(() => {
      end()
      kept.release()
    })
  }
  hand?.close()
  return { told, releases }
}

const TICK_MS = 50
/** Batches that a consumer takes in one tick. */
const ROUNDS = 5
const BATCH = 500

interface Simulated {
  readonly calls: number
  readonly hostSlots: number
  readonly callMs: number
}

/** All calls are there at once; what is put back comes when it was told to; in virtual time. */
export function simulate(given: Simulated): { readonly putBacks: number; readonly tookMs: number } {
  const run = new Simulation(given)
  for (let tick = 0; run.done < given.calls; tick++) run.tick(tick)
  return { putBacks: run.putBacks, tookMs: run.world.now }
}

class Simulation {
  readonly world: SlotBench
  done = 0
  putBacks = 0
  readonly #callMs: number
  readonly #due = new Map<number, ExecutionId[]>()
  readonly #ending = new Map<number, (() => void)[]>()
  #queue: ExecutionId[]

  constructor({ calls, hostSlots, callMs }: Simulated) {
    let seed = 1
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    this.world = bench(BATCH, hostSlots, random)
    this.#callMs = callMs
    this.#queue = some(calls)
  }

  tick(tick: number): void {
    this.world.now = tick * TICK_MS
    for (const release of this.#ending.get(tick) ?? []) {
      release()
      this.done++
    }
    this.#queue = this.#queue.concat(this.#due.get(tick) ?? [])
    for (let round = 0; round < ROUNDS && this.#queue.length > 0; round++) this.#handle()
    this.#due.delete(tick)
    this.#ending.delete(tick)
  }

  #handle(): void {
    const { told, releases } = batch(this.world, 'host', this.#queue.slice(0, BATCH))
    for (const release of releases) this.#at(this.#ending, this.#callMs, release)
    const blocked = told.findIndex(({ type }) => type === 'here')
    const handled = this.#queue.splice(0, blocked === -1 ? told.length : blocked)
    for (const [index, id] of handled.entries()) {
      const answer = told[index]
      if (answer?.type !== 'away') continue
      this.putBacks++
      this.#at(this.#due, answer.ms, id)
    }
  }

  #at<Item>(map: Map<number, Item[]>, inMs: number, item: Item): void {
    const tick = Math.ceil((this.world.now + inMs) / TICK_MS)
    const list = map.get(tick)
    if (list === undefined) map.set(tick, [item])
    else list.push(item)
  }
}
