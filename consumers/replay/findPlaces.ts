import type { Replay, ReplayPlace } from '../../src/store/ports/replays.js'
import type { ReplayDeps } from './deps.js'

/** The offsets that hold `[from, to)`; what comes in from now on is not part of them. */
export async function findPlaces(
  { offsets, topology, timesInDisorder }: ReplayDeps,
  { from, to }: Replay,
): Promise<ReplayPlace[]> {
  const topic = topology.contactEvents.name
  const ranges = await offsets.ranges(topic)
  const [starts, ends] = await Promise.all([offsets.offsetsAt(topic, from), offsets.offsetsAt(topic, to)])
  return [...ranges].map(([partition, { low, high }]) => {
    // Without an order of times anything may stand anywhere: every message is looked at.
    const end = timesInDisorder ? high : (ends.get(partition) ?? high)
    const start = Math.min(Math.max(timesInDisorder ? low : (starts.get(partition) ?? high), low), end)
    return { partition, start, next: start, tried: start, end }
  })
}

/** Does the range begin where retention has cut the log? Then what it began with may be gone. */
export async function isCut(
  { offsets, topology }: Pick<ReplayDeps, 'offsets' | 'topology'>,
  { partition, start }: ReplayPlace,
): Promise<boolean> {
  const range = (await offsets.ranges(topology.contactEvents.name)).get(partition)
  return range !== undefined && range.low > 0 && start <= range.low
}
