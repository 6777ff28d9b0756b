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
