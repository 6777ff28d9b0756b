import { Histogram, type Registry } from 'prom-client'

interface Tally {
  readonly labels: Readonly<Record<string, string>>
  readonly counts: number[]
  sum: number
  count: number
}

export interface TallyOptions {
  readonly name: string
  readonly help: string
  readonly label: string
  /** Upper bounds, ascending; what is above the last one counts in `+Inf` only. */
  readonly buckets: readonly number[]
  readonly registry: Registry
}

/**
 * A histogram that takes a whole batch at once: prom-client finds labels and bucket anew for every value, which at
 * tens of thousands of values a second is percents of a core; here a value costs a comparison a bucket.
 */
export class Tallies extends Histogram<string> {
  readonly #options: TallyOptions
  readonly #tallies = new Map<string, Tally>()

  constructor(options: TallyOptions) {
    const { name, help, label, buckets, registry } = options
    super({ name, help, labelNames: [label], buckets: [...buckets], registers: [registry] })
    this.#options = options
  }

  /** Values in milliseconds; they are shown in seconds. */
  addAll(label: string, valuesMs: readonly number[]): void {
    const { buckets } = this.#options
    const tally = this.#tallyOf(label)
    for (const ms of valuesMs) {
      const seconds = ms / 1000
      let place = 0
      while (place < buckets.length && seconds > (buckets[place] as number)) place++
      tally.counts[place] = (tally.counts[place] as number) + 1
      tally.sum += seconds
    }
    tally.count += valuesMs.length
  }

  #tallyOf(label: string): Tally {
    const known = this.#tallies.get(label)
    if (known !== undefined) return known
    const counts = new Array<number>(this.#options.buckets.length + 1).fill(0)
    const tally: Tally = { labels: { [this.#options.label]: label }, counts, sum: 0, count: 0 }
    this.#tallies.set(label, tally)
    return tally
  }

  /** What the registry prints, and the library's `get` answers, from. */
  async getForPromString() {
    const { name, help } = this.#options
    const values = [...this.#tallies.values()].flatMap((tally) => [
      ...this.#bucketsOf(tally),
      { metricName: `${name}_sum`, labels: tally.labels, value: tally.sum },
      { metricName: `${name}_count`, labels: tally.labels, value: tally.count },
    ])
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }

  #bucketsOf({ labels, counts }: Tally) {
    const bounds = [...this.#options.buckets, '+Inf']
    let below = 0
    return bounds.map((le, place) => {
      below += counts[place] as number
      return { metricName: `${this.#options.name}_bucket`, labels: { ...labels, le }, value: below }
    })
  }
}
