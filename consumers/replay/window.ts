import { pauseFor } from '../../src/store/scheduling.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { ReplayDeps } from './deps.js'

const LOOK_EVERY_MS = 20
/** A mail or a call may take long: then what comes behind does not wait for it. */
const WITHIN_MS = 1_000
const SAMPLES = 3
/** Slices under way at a time: so few that a lane which makes way is not filled up, enough for it to have batches. */
const SLICES = 4

type Deps = Pick<ReplayDeps, 'executions' | 'scheduler'>

interface UnderWay {
  readonly samples: readonly ExecutionId[]
  readonly untilMs: number
}

export interface Window {
  /** Resolves when another slice may be started. */
  room(): Promise<void>
  /** A slice was started. */
  add(started: readonly ExecutionId[]): void
}

/**
 * The slices that were just started. The oldest makes room when its executions have ended or wait for something, or
 * after a second; some of them, spread over it, stand for all. So what is started follows what the engines do.
 */
export function createWindow(deps: Deps): Window {
  const underWay: UnderWay[] = []
  return {
    room: async () => {
      if (underWay.length < SLICES) return
      const oldest = underWay.shift()
      if (oldest !== undefined) await atRest(deps, oldest)
    },
    add: (started) => {
      underWay.push({ samples: samplesOf(started), untilMs: performance.now() + WITHIN_MS })
    },
  }
}

function samplesOf(started: readonly ExecutionId[]): ExecutionId[] {
  return Array.from({ length: Math.min(SAMPLES, started.length) }, (_, nth) =>
    started.slice(Math.floor((nth * (started.length - 1)) / (SAMPLES - 1))).slice(0, 1),
  ).flat()
}

async function atRest(deps: Deps, { samples, untilMs }: UnderWay): Promise<void> {
  while (performance.now() < untilMs && (await deps.executions.read(samples)).some(isMoving))
    await pauseFor(deps.scheduler, LOOK_EVERY_MS)
}

function isMoving({ state }: Execution): boolean {
  return state.status === 'PENDING' || state.status === 'RUNNING'
}
