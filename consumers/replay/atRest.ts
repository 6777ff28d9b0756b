import type { Execution } from '../../src/workflow/execution.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { ReplayDeps } from './deps.js'

const LOOK_EVERY_MS = 20
/** A mail or a call may take long: then the next slice does not wait for it. */
const WITHIN_MS = 1_000
const SAMPLES = 3

type Deps = Pick<ReplayDeps, 'executions' | 'scheduler'>

/**
 * Resolves when executions that were just started have ended or wait for something, or after a second. With one slice
 * under way at a time live executions wait behind few others, however fast or busy the engines are. Some of the slice,
 * spread over it, stand for all.
 */
export async function atRest(deps: Deps, started: readonly ExecutionId[]): Promise<void> {
  const samples = Array.from({ length: Math.min(SAMPLES, started.length) }, (_, nth) =>
    started.slice(Math.floor((nth * (started.length - 1)) / (SAMPLES - 1))).slice(0, 1),
  ).flat()
  const untilMs = performance.now() + WITHIN_MS
  while (performance.now() < untilMs && (await deps.executions.read(samples)).some(isMoving))
    await new Promise<void>((resolve) => void deps.scheduler.after(LOOK_EVERY_MS, resolve))
}

function isMoving({ state }: Execution): boolean {
  return state.status === 'PENDING' || state.status === 'RUNNING'
}
