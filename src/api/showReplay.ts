import type { Replay, ReplayPlace } from '../store/ports/replays.js'

/** A replay as answers show it. */
export function showReplay(replay: Replay) {
  const { projectId: _project, places: _places, counts, ...shown } = replay
  return { ...shown, ...counts, progress: progressOf(replay) }
}

/** 0..1 of the offsets; what is over is 1 only if it was read to the end. */
export function progressOf({ places, status }: Pick<Replay, 'places' | 'status'>): number {
  if (status === 'COMPLETED') return 1
  if (places === null) return 0
  const sum = (of: (place: ReplayPlace) => number) => places.reduce((total, place) => total + of(place), 0)
  const all = sum(({ start, end }) => end - start)
  return all === 0 ? 0 : Math.round((sum(({ start, next }) => next - start) / all) * 1e4) / 1e4
}
