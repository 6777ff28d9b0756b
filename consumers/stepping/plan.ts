import { advance, leftAt, type Place, putBack } from '../../src/engine/advance.js'
import { decide } from '../../src/engine/decide.js'
import type { Outcome } from '../../src/steps/definition.js'
import type { Change } from '../../src/workflow/change.js'
import type { Planned } from '../../src/workflow/groupChanges.js'
import type { EngineDeps } from '../deps.js'
import type { Hand, SlotAnswer } from '../steps/callSlots.js'
import { factsOf, type Placed, type Reading } from './facts.js'

export interface PlannedStep extends Planned, Placed {
  readonly outcome: Outcome
  /** A call without a slot that should wait here: nothing of it may be written. */
  readonly blocked: boolean
}

export interface PlanContext {
  readonly deps: Pick<EngineDeps, 'renderer'>
  readonly reading: Reading
  readonly token: string
  readonly now: Date
  /** Slots for the calls of this batch; null where the kind makes none. */
  readonly hand: Hand | null
}

/** Decides every step and works out its change; equal outcomes of one step share one change. */
export function planSteps<One extends Placed>(
  placed: readonly One[],
  context: PlanContext,
): (One & PlannedStep)[] {
  const shared = new Map<string, Change>()
  return placed.map((one) => planStep(one, context, shared))
}

function planStep<One extends Placed>(
  one: One,
  context: PlanContext,
  shared: Map<string, Change>,
): One & PlannedStep {
  const { deps, reading, token, now, hand } = context
  const facts = factsOf(one, reading, now)
  const outcome = decide(one.at, facts, deps.renderer)
  const place = { compiled: one.compiled, at: one.at, facts, tries: triesOf(one, reading), token }
  const slot = outcome.type === 'call' ? (hand?.ask(one.due.executionId, outcome.host) ?? null) : null
  const work = () => changeOf(place, outcome, slot)
  const key = sharedKey(one, outcome, now)
  const change = key === null ? work() : (shared.get(key) ?? work())
  if (key !== null) shared.set(key, change)
  const { due } = one
  const expect = {
    seq: due.seq,
    currentStepId: due.stepId,
    workflowVersion: due.workflowVersion,
    standing: 'moving',
  } as const
  return { ...one, id: due.executionId, expect, change, outcome, blocked: slot?.type === 'here' }
}

/** A call whose host has no slot comes back by a timer; that uses up no try. */
function changeOf(place: Place, outcome: Outcome, slot: SlotAnswer | null): Change {
  if (slot?.type !== 'away') return advance(place, outcome)
  const dueAt = new Date(place.facts.now.getTime() + slot.ms)
  return putBack(place, { reason: 'host_slots', key: slot.host, dueAt, tries: place.tries })
}

function triesOf({ due }: Placed, { executions }: Reading): number {
  return executions.get(due.executionId)?.state.tries ?? 0
}

/** Outcomes whose change depends on nothing else; null where a rule of a transition looks at the execution. */
function sharedKey({ due, at }: Placed, outcome: Outcome, now: Date): string | null {
  if (at.ruled) return null
  const leftMs = leftAt({ now, enteredAt: due.enteredAt }).getTime()
  const place = `${due.workflowId}:${due.workflowVersion}:${due.stepId}:${due.asOf?.getTime()}:${leftMs}`
  if (outcome.type === 'done' && outcome.output === undefined) {
    return `${place}:${outcome.branch}:${outcome.values === undefined ? '' : JSON.stringify(outcome.values)}`
  }
  return outcome.type === 'exit' || outcome.type === 'updateContact' ? `${place}:${outcome.type}` : null
}
