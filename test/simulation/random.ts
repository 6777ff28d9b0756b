/** Seeded: the same seed makes the same run, whatever the machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole numbers, both ends included. */
  int(from: number, to: number): number
  chance(p: number): boolean
  pick<Item>(list: readonly Item[]): Item
  /** A UUID of version 8. */
  id(): string
}

export function createRandom(seed: number): Random {
  const next = mulberry32(seed)
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  return {
    next,
    int,
    chance: (p) => next() < p,
    pick: (list) => {
      const item = list[int(0, list.length - 1)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
    id: () => `${hex(8)}-${hex(4)}-8${hex(3)}-8${hex(3)}-${hex(12)}`,
  }
}

/** Small, fast and good enough; by Tommy Ettinger (public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
