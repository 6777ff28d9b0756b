import type { Clock } from '../../src/store/ports/clock.js'
import type { EngineDeps } from '../deps.js'

/** The time up to which every input partition was handled; a partition that nobody reads holds it back. */
export async function handledUpTo(
  deps: Pick<EngineDeps, 'progress'>,
  topic: { readonly name: string; readonly partitions: () => number },
): Promise<Date> {
  const passed = await deps.progress.read(topic.name)
  const times = Array.from(
    { length: topic.partitions() },
    (_, partition) => passed.get(partition)?.getTime() ?? 0,
  )
  return new Date(Math.min(...times))
}

/** Asks again when what it knows is older than `ms`. */
export function keptFor<Value>(ms: number, clock: Clock, ask: () => Promise<Value>): () => Promise<Value> {
  let known: { readonly value: Value; readonly atMs: number } | null = null
  return async () => {
    const atMs = clock.now().getTime()
    if (known !== null && Math.abs(atMs - known.atMs) < ms) return known.value
    const value = await ask()
    known = { value, atMs }
    return value
  }
}
