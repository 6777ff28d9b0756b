import type { Message } from '../batch.js'

/** The random ids that batches write as `by`, and by which they know their own writes again. */
export interface BatchIds {
  /** A message keeps the id that it was first tried with, however it is cut into batches when it comes again. */
  idOf(partition: number, messages: readonly Message[]): string
  /** Everything up to this offset is handled. */
  handled(partition: number, offset: number): void
}

export function createBatchIds(newId: () => string): BatchIds {
  const tried = new Map<number, { readonly id: string; readonly upTo: number }>()
  return {
    idOf: (partition, messages) => {
      const first = messages[0]?.offset ?? 0
      const last = messages.at(-1)?.offset ?? first
      const before = tried.get(partition)
      const known = before !== undefined && first <= before.upTo ? before : { id: newId(), upTo: last }
      tried.set(partition, { id: known.id, upTo: Math.max(known.upTo, last) })
      return known.id
    },
    handled: (partition, offset) => {
      const before = tried.get(partition)
      if (before !== undefined && offset >= before.upTo) tried.delete(partition)
    },
  }
}
