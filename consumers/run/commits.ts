import type { Positions } from './positions.js'

export interface Commits {
  /** Commits what is handled and not committed yet; never rejects. */
  now(): Promise<void>
  stop(): void
}

export interface CommitOptions {
  readonly positions: Positions
  /** Writes the group's places; the values are the next offsets to read. */
  readonly write: (places: ReadonlyMap<number, number>) => Promise<void>
  readonly everyMs: number
}

/**
 * On a timer, beside the handlers: a commit after every batch would cost each hop a round trip. What a crash leaves
 * uncommitted comes again, which is harmless; so is a commit that fails, the next one covers it.
 */
export function startCommits({ positions, write, everyMs }: CommitOptions): Commits {
  let committed: ReadonlyMap<number, number> = new Map()
  let writing: Promise<void> | null = null

  const commit = async (): Promise<void> => {
    const places = new Map(positions.all())
    const moved = [...places].filter(([partition, next]) => committed.get(partition) !== next)
    if (moved.length === 0) return
    try {
      await write(new Map(moved))
      committed = places
    } catch {
      // During a rebalance the group takes no commits, and without a broker nothing does.
    }
  }
  const now = async (): Promise<void> => {
    if (writing !== null) await writing
    writing = commit().finally(() => {
      writing = null
    })
    await writing
  }
  const timer = setInterval(() => {
    if (writing === null) void now()
  }, everyMs)
  return { now, stop: () => clearInterval(timer) }
}
