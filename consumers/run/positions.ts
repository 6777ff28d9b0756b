/** What a partition's log holds: from the first offset that is still there to the one behind the last. */
export interface LogRange {
  readonly low: number
  readonly high: number
}

/** Up to where each assigned partition is handled. */
export interface Positions {
  assigned(): number[]
  /** The next offset to handle; a partition whose place is not known yet is missing. */
  all(): ReadonlyMap<number, number>
  /** The group was given out anew: each partition begins where the group stands, which others may have moved. */
  assign(partitions: readonly number[]): void
  /** Counts the givings out. */
  giving(): number
  /** Where the group stands; what was handled since the partition was given counts more. */
  startFrom(partition: number, offset: number): void
  /** What was fetched under an earlier giving says nothing about the place that is read from now. */
  handled(partition: number, next: number, giving: number): void
  /** Messages of the partition are in a handler's hands. */
  busy(partition: number, isBusy: boolean): void
  /** Brings a resting partition's place into line with its log. */
  align(partition: number, range: LogRange): void
}

export function createPositions(): Positions {
  const owned = new Set<number>()
  const next = new Map<number, number>()
  const working = new Set<number>()
  let givings = 0
  return {
    assigned: () => [...owned],
    all: () => next,
    assign: (partitions) => {
      givings++
      next.clear()
      owned.clear()
      for (const partition of partitions) owned.add(partition)
    },
    giving: () => givings,
    startFrom: (partition, offset) => {
      if (owned.has(partition) && !next.has(partition)) next.set(partition, offset)
    },
    handled: (partition, offset, giving) => {
      if (giving === givings && owned.has(partition)) next.set(partition, offset)
    },
    busy: (partition, isBusy) => {
      if (isBusy) working.add(partition)
      else working.delete(partition)
    },
    align: (partition, range) => {
      if (!owned.has(partition) || working.has(partition)) return
      const aligned = alignedTo(next.get(partition), range)
      if (aligned === undefined) next.delete(partition)
      else next.set(partition, aligned)
    },
  }
}

/**
 * An empty log has nothing to handle. Retention takes messages that nobody will handle. A place beyond the end is
 * that of a topic which was deleted and made again: it is not known until something is read.
 */
function alignedTo(place: number | undefined, { low, high }: LogRange): number | undefined {
  if (low === high) return high
  if (place === undefined || place > high) return undefined
  return Math.max(place, low)
}
