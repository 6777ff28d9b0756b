import { pauseFor } from '../../src/store/scheduling.js'
import type { ReplayDeps } from './deps.js'

/** Executions started a second unless told otherwise: a fraction of what the engine does. */
const DEFAULT_RATE = 1_000
/** Bulk messages that may wait: what is started must be able to go on, and a cancel must have something to spare. */
const MAX_LAG = 2_000
const LOOK_EVERY_MS = 250

export interface Pace {
  readonly perSecond: number
  /** Resolves when `count` more executions may start; `meanwhile` is called as long as that takes. */
  wait(count: number, meanwhile: () => Promise<void>): Promise<void>
}

/** No faster than the rate, and only while the steps keep up: live traffic keeps its speed. */
export function createPace(deps: ReplayDeps, ratePerSecond: number | null): Pace {
  const perSecond = ratePerSecond ?? DEFAULT_RATE
  let freeAt = 0
  let lagCheckedAt = Number.NEGATIVE_INFINITY
  const mayGo = async (): Promise<boolean> => {
    const now = performance.now()
    if (now < freeAt) return false
    if (now - lagCheckedAt < LOOK_EVERY_MS) return true
    if ((await bulkLag(deps)) > MAX_LAG) return false
    lagCheckedAt = performance.now()
    return true
  }
  return {
    perSecond,
    wait: async (count, meanwhile) => {
      while (!(await mayGo())) {
        const ms = Math.min(LOOK_EVERY_MS, Math.max(5, freeAt - performance.now()))
        await pauseFor(deps.scheduler, ms)
        await meanwhile()
      }
      freeAt = Math.max(performance.now(), freeAt) + (count * 1_000) / perSecond
    },
  }
}

/** Messages of the bulk lane that no engine has handled yet. */
async function bulkLag({ offsets, topology }: ReplayDeps): Promise<number> {
  const { name } = topology.steps.BULK
  const [ranges, committed] = await Promise.all([offsets.ranges(name), offsets.committed(name, name)])
  return [...ranges].reduce(
    (sum, [partition, { low, high }]) => sum + high - Math.max(low, committed.get(partition) ?? low),
    0,
  )
}
