type Ends = ReadonlyMap<number, number>

/** Where a topic's partitions end, asked for once for all who want to know. */
export interface EndsReader {
  read(): Promise<Ends>
  /** What was read at most `maxAgeMs` ago, else what is read now. */
  recent(maxAgeMs: number): Promise<Ends>
  /** How many partitions there were then; null: nothing was read yet. */
  count(): number | null
  /** How far these places are behind the ends that were read last. */
  lags(places: Ends): Ends
}

export function createEnds(ask: () => Promise<Ends>): EndsReader {
  let latest: Ends = new Map()
  let readMs = Number.NEGATIVE_INFINITY
  const read = async () => {
    const askedMs = performance.now()
    latest = await ask()
    readMs = askedMs
    return latest
  }
  return {
    read,
    count: () => (latest.size === 0 ? null : latest.size),
    recent: async (maxAgeMs) => (performance.now() - readMs <= maxAgeMs ? latest : read()),
    lags: (places) =>
      new Map(
        [...places].map(([partition, place]) => [
          partition,
          Math.max(0, (latest.get(partition) ?? place) - place),
        ]),
      ),
  }
}
