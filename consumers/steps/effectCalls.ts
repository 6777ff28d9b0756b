import type { EffectEvent, EffectResult, EffectTools } from '../../src/effects/ports.js'
import { fail, leave, type Place, putBack } from '../../src/engine/advance.js'
import { EFFECT_RETRY, retryDelay } from '../../src/engine/retry.js'
import { messageOf } from '../../src/errors.js'
import { stepDefinition } from '../../src/steps/index.js'
import type { Execution } from '../../src/workflow/execution.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import type { PlacedExecution } from '../stepping/placeExecutions.js'
import type { PlannedStep } from '../stepping/plan.js'
import type { CallOutcome, CallResults } from './callResults.js'

/** The bounded pool of outside calls. Claims come in, results go out in bulk; nothing waits in memory. */
export interface EffectCalls {
  /** Calls that could be claimed now. */
  free(): number
  start(claimed: readonly PlannedStep[]): void
  underWay(): number
  /** No more claims; waits for the calls under way, at most this long. */
  drain(limitMs: number): Promise<void>
}

export interface EffectOptions {
  readonly deps: EngineDeps
  readonly tools: EffectTools
  readonly results: CallResults
  readonly slots: number
  readonly random: () => number
  readonly retryBaseMs: number
  /** Slots are free again: paused topics may go on. */
  readonly onFree: () => void
}

export function createEffectCalls(options: EffectOptions): EffectCalls {
  let busy = 0
  let draining = false
  const idle: (() => void)[] = []
  const settle = () => {
    busy--
    if (busy === 0) for (const wake of idle.splice(0)) wake()
    if (!draining) options.onFree()
  }
  return {
    free: () => (draining ? 0 : Math.max(0, options.slots - busy)),
    underWay: () => busy,
    start: (claimed) => {
      for (const step of claimed) {
        busy++
        options.results
          .load(step)
          .then((place) => runCall(options, place))
          .catch((error) => {
            options.deps.announcer.announce('failure', { where: 'effect call', error })
          })
          .finally(settle)
      }
    },
    drain: async (limitMs) => {
      draining = true
      if (busy === 0) return
      await new Promise<void>((resolve) => {
        const cancel = options.deps.scheduler.after(limitMs, resolve)
        idle.push(() => {
          cancel()
          resolve()
        })
      })
    },
  }
}

/** Calls, then records. A claim whose execution moved on meanwhile is only noted. */
async function runCall(options: EffectOptions, place: PlacedExecution | null): Promise<void> {
  if (place === null) return
  const { deps, tools, results } = options
  if (isEnded(place.execution.state) || !coversCall(place, deps.clock.now())) return
  const startedAt = deps.clock.now().getTime()
  const result = place.execution.effects === 'skip' ? SKIPPED : await call(place, tools, deps)
  const now = deps.clock.now()
  const outcome = outcomeOf({ ...place, facts: { ...place.facts, now } }, result, options)
  const kind = place.at.step.type
  deps.announcer.announce('effect.called', {
    kind,
    outcome: result.type,
    ms: now.getTime() - startedAt,
    tries: place.tries,
  })
  await results.record(place.execution, outcome)
}

const SKIPPED: EffectResult = { type: 'skipped', branch: null, reason: 'effects_skipped' }

/** The call starts only while the lease still covers its whole time limit. */
function coversCall({ execution }: PlacedExecution, now: Date): boolean {
  const lease = leaseOf(execution)
  return lease !== null && lease.until > now
}

function leaseOf({ state }: Execution) {
  return 'lease' in state ? state.lease : null
}

async function call(place: PlacedExecution, tools: EffectTools, deps: EngineDeps): Promise<EffectResult> {
  const { at, facts } = place
  const kind = stepDefinition(at.step.type)
  if (kind.effect === undefined || !at.config.ok)
    return { type: 'fail', error: { code: 'CONFIG_INVALID', message: 'this step makes no call' } }
  try {
    return await kind.effect(at.config.value, facts, { ...tools, step: at.step, renderer: deps.renderer })
  } catch (error) {
    return { type: 'fail', error: { code: 'EFFECT_THREW', message: messageOf(error) } }
  }
}

function outcomeOf(place: PlacedExecution, result: EffectResult, options: EffectOptions): CallOutcome {
  switch (result.type) {
    case 'retry':
      return retryOutcome(place, result, options)
    case 'done': {
      const left = {
        branch: result.branch,
        status: 'COMPLETED',
        output: result.output,
        attempts: place.tries,
      } as const
      return { change: leave(place, left), events: caused(place.execution, result.events ?? []) }
    }
    case 'skipped':
      return {
        change: leave(place, { branch: result.branch, status: 'SKIPPED', reason: result.reason }),
        events: [],
      }
    case 'fail': {
      const output = result.output === undefined ? {} : { output: result.output }
      return { change: fail(place, result.error, { ...output, attempts: place.tries }), events: [] }
    }
    default:
      return result satisfies never
  }
}

function retryOutcome(
  place: PlacedExecution,
  result: Extract<EffectResult, { type: 'retry' }>,
  options: EffectOptions,
): CallOutcome {
  const policy = { ...EFFECT_RETRY, baseMs: options.retryBaseMs, retries: retriesOf(place) }
  const delayMs = retryDelay(policy, place.tries, options.random(), result.afterMs)
  if (delayMs === null) return outcomeOf(place, result.otherwise, options)
  const dueAt = new Date(place.facts.now.getTime() + delayMs)
  return { change: putBack(place, { reason: 'retry', key: null, dueAt, tries: place.tries }), events: [] }
}

/** What an execution causes stands one deeper than what caused the execution. */
function caused({ id, depth }: Execution, events: readonly EffectEvent[]): SystemEvent[] {
  return events.map((event) => ({ ...event, cause: { executionId: id, depth: depth + 1 } }))
}

const DEFAULT_RETRIES = 4

function retriesOf({ at }: Place): number {
  const retries = at.config.ok ? (at.config.value as { readonly retries?: number }).retries : undefined
  return retries ?? DEFAULT_RETRIES
}
