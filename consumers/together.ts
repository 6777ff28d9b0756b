import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRetriable } from '../src/errors.js'

/** Works on a list; of lists that are joined, `about` is that of the first. */
export type Work<Item, About, Result> = (items: readonly Item[], about: About) => Promise<Result>

/** Longer lists gain nothing by company, and are better worked on side by side. */
const SHORT = 250

interface Joined<Item, Result> {
  readonly items: Item[]
  lists: number
  readonly result: Promise<Result>
}

/**
 * Works on short lists of one key that come in one turn of the event loop as if they were one list. The partitions of
 * a topic are fetched together, and where each holds a few messages, what a batch costs is most of what they cost.
 * Each caller gets the result of all. An error that will not pass may be of one list: then each is worked on by itself.
 */
export function together<Item, About, Result>(
  keyOf: (about: About) => string,
  work: Work<Item, About, Result>,
): Work<Item, About, Result> {
  const open = new Map<string, Joined<Item, Result>>()
  const join = (key: string, about: About): Joined<Item, Result> => {
    const items: Item[] = []
    const result = nextTurn().then(() => {
      open.delete(key)
      return work(items, about)
    })
    const joined = { items, lists: 0, result }
    open.set(key, joined)
    return joined
  }
  return async (items, about) => {
    if (items.length > SHORT) return work(items, about)
    const key = keyOf(about)
    const joined = open.get(key) ?? join(key, about)
    joined.items.push(...items)
    joined.lists++
    return joined.result.catch((error: unknown) => {
      if (isRetriable(error) || joined.lists === 1) throw error
      return work(items, about)
    })
  }
}

/** One value for all who ask in one turn of the event loop. */
export function oneATurn<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => {
    if (made !== null) return made.value
    made = { value: make() }
    void nextTurn().then(() => {
      made = null
    })
    return made.value
  }
}
