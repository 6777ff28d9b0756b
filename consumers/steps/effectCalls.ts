import type { EffectResult, EffectTools } from '../../src/effects/ports.js'
import { messageOf } from '../../src/errors.js'
import type { Outcome } from '../../src/steps/definition.js'
import { stepDefinition } from '../../src/steps/index.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { EngineDeps } from '../deps.js'
import type { PlacedExecution } from '../stepping/placeExecutions.js'
import { inCallSpan } from '../stepping/trace.js'
import { callOutcome } from './callOutcome.js'
import type { CallResults, Claim } from './callResults.js'
import type { CallSlots, Hand, Kept } from './callSlots.js'

/** The bounded pool of outside calls. Claims come in, results go out in bulk; nothing waits in memory. */
export interface EffectCalls {
  readonly slots: CallSlots
  /** Makes the calls of claims that were written with slots of this hand. */
  start(claimed: readonly Claim[], hand: Hand): void
  /** No more claims; waits for the calls under way, at most this long. */
  drain(limitMs: number): Promise<void>
}

export interface EffectOptions {
  readonly deps: EngineDeps
  readonly tools: EffectTools
  readonly results: CallResults
  readonly slots: CallSlots
  readonly random: () => number
  readonly retryBaseMs: number
}

export function createEffectCalls(options: EffectOptions): EffectCalls {
  const { slots, deps, results } = options
  const idle: (() => void)[] = []
  const settle = (slot: Kept) => {
    slot.release()
    if (slots.underWay() === 0) for (const wake of idle.splice(0)) wake()
  }
  const run = async ({ step, execution }: Claim, slot: Kept) => {
    const place = step.outcome.type === 'call' ? await results.load(execution) : null
    if (place !== null && step.outcome.type === 'call') await runCall(options, place, step.outcome, slot)
  }
  return {
    slots,
    start: (claimed, hand) => {
      for (const claim of claimed) {
        const slot = hand.keep(claim.step.id)
        run(claim, slot)
          .catch((error) => deps.announcer.announce('failure', { where: 'effect call', error }))
          .finally(() => settle(slot))
      }
    },
    drain: async (limitMs) => {
      slots.stop()
      if (slots.underWay() === 0) return
      await new Promise<void>((resolve) => {
        const cancel = deps.scheduler.after(limitMs, resolve)
        idle.push(() => {
          cancel()
          resolve()
        })
      })
    },
  }
}

type Call = Extract<Outcome, { type: 'call' }>

/** Calls, then records. A claim whose execution moved on meanwhile is only noted. */
async function runCall(
  options: EffectOptions,
  place: PlacedExecution,
  claim: Call,
  slot: Kept,
): Promise<void> {
  const { deps, results } = options
  if (!coversCall(place, claim, deps.clock.now())) return
  const startedAt = deps.clock.now().getTime()
  const result = await callInSlot(options, place, slot)
  const now = deps.clock.now()
  const outcome = callOutcome({ ...place, facts: { ...place.facts, now } }, result, {
    random: options.random(),
    retries: claim.retries,
    retryBaseMs: options.retryBaseMs,
  })
  const kind = place.at.step.type
  const ms = now.getTime() - startedAt
  const { id: executionId, workflowId } = place.execution
  const about = { executionId, workflowId, tries: place.tries }
  deps.announcer.announce('effect.called', { kind, outcome: result.type, ms, ...about })
  await results.record(place.execution, outcome)
}

/** The call starts only while the lease covers its whole time limit: whoever takes it over finds it finished. */
function coversCall({ execution }: PlacedExecution, { timeoutMs }: Call, now: Date): boolean {
  const lease = isEnded(execution.state) ? null : leaseOf(execution)
  return lease !== null && lease.until.getTime() - now.getTime() >= timeoutMs
}

function leaseOf({ state }: Execution) {
  return 'lease' in state ? state.lease : null
}

/** Traced; the host's slot is free as soon as there is an answer. */
async function callInSlot(
  { deps, tools }: EffectOptions,
  place: PlacedExecution,
  slot: Kept,
): Promise<EffectResult> {
  const { execution, at, tries } = place
  const end = slot.begin()
  const about = { execution, kind: at.step.type, tries }
  return inCallSpan(deps, about, () => call(place, tools, deps)).finally(end)
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
