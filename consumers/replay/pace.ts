import { STEP_KINDS } from '../../src/workflow/step.js'
import type { ReplayDeps } from './deps.js'

/** Executions started a second unless told otherwise: a fraction of what the engine does. */
const DEFAULT_RATE = 1_000
/** Step messages that may wait: more, and live executions would wait behind them. */
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
    if ((await stepLag(deps)) > MAX_LAG) return false
    lagCheckedAt = performance.now()
    return true
  }
  return {
    perSecond,
    wait: async (count, meanwhile) => {
      while (!(await mayGo())) {
        const ms = Math.min(LOOK_EVERY_MS, Math.max(5, freeAt - performance.now()))
        await new Promise<void>((resolve) => void deps.scheduler.after(ms, resolve))
        await meanwhile()
      }
      freeAt = Math.max(performance.now(), freeAt) + (count * 1_000) / perSecond
    },
  }
}

/** Messages on the step topics that no engine has handled yet. */
async function stepLag({ offsets, topology }: ReplayDeps): Promise<number> {
  const lags = await Promise.all(
    STEP_KINDS.map(async (kind) => {
      const { name } = topology.steps[kind]
      const [ranges, committed] = await Promise.all([offsets.ranges(name), offsets.committed(name, name)])
      return [...ranges].reduce(
        (sum, [partition, { low, high }]) => sum + high - Math.max(low, committed.get(partition) ?? low),
        0,
      )
    }),
  )
  return lags.reduce((sum, lag) => sum + lag, 0)
}
