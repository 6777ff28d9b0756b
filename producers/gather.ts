import { setImmediate } from 'node:timers/promises'
import { isRetriable, MillraceError, messageOf } from '../src/errors.js'

export interface Gatherer<Item> {
  /** Resolves once all items are acknowledged. Rejects with SERVICE_UNAVAILABLE: full, away, or too late. */
  push(items: readonly Item[]): Promise<void>
  /** Items that are not answered yet. */
  pending(): number
  /** Takes nothing more. Resolves once all is answered and nothing is under way, not even for those who gave up. */
  close(): Promise<void>
}

export interface GatherOptions<Item> {
  /** Resolves when every item is acknowledged. */
  readonly send: (items: readonly Item[]) => Promise<void>
  /** Items of one send; default 2,000. */
  readonly maxBatch?: number
  /** Items that may wait, those under way included; default 20,000. */
  readonly maxPending?: number
  /** A caller waits no longer than this; default 10 s. What is under way then may still be written. */
  readonly limitMs?: number
}

interface Entry<Item> {
  readonly items: readonly Item[]
  readonly until: number
  answered: boolean
  readonly resolve: () => void
  readonly reject: (error: MillraceError) => void
}

/**
 * Many callers, few sends: at once when none is under way, else everything that comes meanwhile goes together.
 * There is no fixed window to wait for, so one caller alone is as fast as the broker, and a crowd shares its sends.
 */
export function createGatherer<Item>(options: GatherOptions<Item>): Gatherer<Item> {
  return new Gathering(options)
}

class Gathering<Item> implements Gatherer<Item> {
  readonly #send: (items: readonly Item[]) => Promise<void>
  readonly #limits: { readonly maxBatch: number; readonly maxPending: number; readonly limitMs: number }
  #waiting: Entry<Item>[] = []
  #flying: readonly Entry<Item>[] = []
  #pending = 0
  #planned = false
  #closed = false
  #flight: Promise<void> = Promise.resolve()
  #alarm: NodeJS.Timeout | null = null

  constructor({ send, maxBatch = 2_000, maxPending = 20_000, limitMs = 10_000 }: GatherOptions<Item>) {
    this.#send = send
    this.#limits = { maxBatch, maxPending, limitMs }
  }

  pending(): number {
    return this.#pending
  }

  push(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return Promise.resolve()
    const { maxPending, limitMs } = this.#limits
    if (this.#closed)
      return Promise.reject(unavailable('No events are taken any more: this producer is closed.'))
    if (this.#pending + items.length > maxPending) {
      return Promise.reject(unavailable('Too many events are waiting for Kafka.'))
    }
    this.#pending += items.length
    return new Promise((resolve, reject) => {
      const until = performance.now() + limitMs
      this.#waiting.push({ items, until, answered: false, resolve, reject })
      if (this.#alarm === null) this.#alarm = setTimeout(() => this.#expire(), limitMs)
      this.#plan()
    })
  }

  /** At the end of this turn of the event loop, so that requests read together are sent together. */
  #plan(): void {
    if (this.#planned || this.#flying.length > 0 || this.#waiting.length === 0) return
    this.#planned = true
    this.#flight = setImmediate().then(() => this.#fly())
  }

  async #fly(): Promise<void> {
    this.#planned = false
    this.#flying = takeBatch(this.#waiting, this.#limits.maxBatch)
    this.#waiting = this.#waiting.slice(this.#flying.length)
    await sendEntries(this.#flying, this.#send, (entry, error) => this.#answer(entry, error))
    this.#flying = []
    this.#plan()
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#planned || this.#flying.length > 0) await this.#flight
  }

  #answer(entry: Entry<Item>, error: MillraceError | null): void {
    if (entry.answered) return
    entry.answered = true
    this.#pending -= entry.items.length
    if (error === null) entry.resolve()
    else entry.reject(error)
  }

  /** One timer for all: entries expire in the order in which they came. */
  #expire(): void {
    const now = performance.now()
    for (const entry of [...this.#flying, ...this.#waiting]) {
      if (entry.until <= now) this.#answer(entry, unavailable('Kafka did not acknowledge in time.'))
    }
    this.#waiting = this.#waiting.filter((entry) => !entry.answered)
    const next = [...this.#flying, ...this.#waiting].find((entry) => !entry.answered)
    this.#alarm = next === undefined ? null : setTimeout(() => this.#expire(), next.until - now)
  }
}

function unavailable(text: string, cause?: unknown): MillraceError {
  return new MillraceError('SERVICE_UNAVAILABLE', text, { cause })
}

/** Whole entries from the front, at least one. */
function takeBatch<Item>(waiting: readonly Entry<Item>[], maxBatch: number): Entry<Item>[] {
  let items = 0
  const end = waiting.findIndex((entry) => {
    items += entry.items.length
    return items > maxBatch
  })
  return waiting.slice(0, end === -1 ? waiting.length : Math.max(1, end))
}

type Answer<Item> = (entry: Entry<Item>, error: MillraceError | null) => void

async function sendEntries<Item>(
  entries: readonly Entry<Item>[],
  send: (items: readonly Item[]) => Promise<void>,
  answer: Answer<Item>,
): Promise<void> {
  if (entries.length === 0) return
  try {
    await send(entries.flatMap((entry) => entry.items))
    for (const entry of entries) answer(entry, null)
  } catch (error) {
    await settleFailed(entries, { error, again: (alone) => sendEntries(alone, send, answer), answer })
  }
}

interface Failed<Item> {
  readonly error: unknown
  readonly again: (entries: readonly Entry<Item>[]) => Promise<void>
  readonly answer: Answer<Item>
}

/** A send that no repeat can save is made again entry by entry: one caller's fault is not its neighbours'. */
async function settleFailed<Item>(
  entries: readonly Entry<Item>[],
  { error, again, answer }: Failed<Item>,
): Promise<void> {
  if (isRetriable(error) || entries.length === 1) {
    for (const entry of entries) answer(entry, refusal(error))
    return
  }
  for (const entry of entries) await again([entry])
}

function refusal(error: unknown): MillraceError {
  if (error instanceof MillraceError && !error.retriable) return error
  if (error instanceof MillraceError) return unavailable('Kafka does not acknowledge; try again.', error)
  return new MillraceError('INTERNAL_ERROR', messageOf(error), { cause: error })
}
