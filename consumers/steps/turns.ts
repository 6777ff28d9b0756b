/** One at a time by name, in the order in which they asked. */
export interface Turns {
  /** Resolves when it is one's turn, with what ends it. */
  take(name: string): Promise<() => void>
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>()
  return {
    take: async (name) => {
      const before = last.get(name)
      let end: () => void = () => undefined
      const mine = new Promise<void>((resolve) => {
        end = resolve
      })
      last.set(name, mine)
      await before
      return () => {
        if (last.get(name) === mine) last.delete(name)
        end()
      }
    },
  }
}
