import type { Clock } from '../src/store/ports/clock.js'

/** What a running consumer tells about where it stands. */
export interface Positions {
  /** By owned partition: the offset of the next message to handle. */
  positions(): ReadonlyMap<number, number>
  /** By partition: the offset behind the last message; control records count. */
  endOffsets(): Promise<ReadonlyMap<number, number>>
}

interface Mark {
  readonly offset: number
  readonly at: Date
}

/** By owned partition: the time (MongoDB's) up to which everything was handled. */
export interface Watermark {
  /** Notes where the topic ends now; called about once a second. */
  tick(): Promise<ReadonlyMap<number, Date>>
  /** The least over the owned partitions; null while one of them is not known. */
  passed(): Date | null
}

/**
 * A partition's end is noted with the time just before it was read; once the position has reached that end,
 * that time is passed, whether or not anything was there to handle.
 */
export function createWatermark(consumer: Positions, clock: Clock): Watermark {
  const marks = new Map<number, Mark[]>()
  const passed = new Map<number, Date>()
  const settle = () => {
    const positions = consumer.positions()
    for (const partition of [...passed.keys()]) if (!positions.has(partition)) passed.delete(partition)
    for (const [partition, position] of positions) settlePartition(marks, passed, { partition, position })
  }
  return {
    tick: async () => {
      const at = clock.now()
      const ends = await consumer.endOffsets()
      for (const partition of consumer.positions().keys()) {
        const offset = ends.get(partition)
        if (offset !== undefined)
          marks.set(partition, [...(marks.get(partition) ?? []).slice(0, MAX_MARKS), { offset, at }])
      }
      settle()
      return passed
    },
    passed: () => {
      settle()
      const owned = [...consumer.positions().keys()]
      if (owned.length === 0 || owned.some((partition) => !passed.has(partition))) return null
      return new Date(Math.min(...[...passed.values()].map((at) => at.getTime())))
    },
  }
}

/** Under a long backlog older marks are reached first, so it is the latest one that makes room. */
const MAX_MARKS = 600

function settlePartition(
  marks: Map<number, Mark[]>,
  passed: Map<number, Date>,
  { partition, position }: { readonly partition: number; readonly position: number },
): void {
  const pending = marks.get(partition) ?? []
  const reached = pending.filter((mark) => mark.offset <= position)
  const latest = reached.at(-1)
  if (latest === undefined) return
  passed.set(partition, latest.at)
  marks.set(
    partition,
    pending.filter((mark) => mark.offset > position),
  )
}
