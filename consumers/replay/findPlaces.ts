import type { Replay, ReplayPlace } from '../../src/store/ports/replays.js'
import type { LogRange } from '../run/positions.js'
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

type CutDeps = Pick<ReplayDeps, 'offsets' | 'topology'>

/**
 * Does the range begin where retention has cut the log? Then what it began with may be gone. Or was the log cut
 * behind the place up to which it was read?
 */
export async function isCut({ offsets, topology }: CutDeps, place: ReplayPlace): Promise<boolean> {
  const ranges = await offsets.ranges(topology.contactEvents.name)
  if (place.next === place.start) return beginsAtCut(ranges, place)
  return place.next < (ranges.get(place.partition)?.low ?? 0)
}

/** Where each partition's log begins now. */
export async function logStarts({ offsets, topology }: CutDeps): Promise<ReadonlyMap<number, number>> {
  const ranges = await offsets.ranges(topology.contactEvents.name)
  return new Map([...ranges].map(([partition, { low }]) => [partition, low]))
}

/** Where a partition holds nothing of the range and was cut behind it, all of the range may be gone. */
export async function goneBefore(
  { offsets, topology }: CutDeps,
  { to }: Pick<Replay, 'to'>,
  places: readonly ReplayPlace[],
): Promise<Date | null> {
  const ranges = await offsets.ranges(topology.contactEvents.name)
  const isGone = (place: ReplayPlace) => place.start === place.end && beginsAtCut(ranges, place)
  return places.some(isGone) ? to : null
}

function beginsAtCut(ranges: ReadonlyMap<number, LogRange>, { partition, start }: ReplayPlace): boolean {
  const low = ranges.get(partition)?.low ?? 0
  return low > 0 && start <= low
}
