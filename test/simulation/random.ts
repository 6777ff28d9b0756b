import { seeded } from '../../scripts/seeded.js'

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
  const next = seeded(seed)
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
