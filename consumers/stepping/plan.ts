import { advance, type Place, putBack } from '../../src/engine/advance.js'
import type { CompiledStep } from '../../src/engine/compile.js'
import { decide } from '../../src/engine/decide.js'
import { leftAt } from '../../src/engine/leftSteps.js'
import type { Outcome } from '../../src/steps/definition.js'
import type { Change } from '../../src/workflow/change.js'
import type { Planned } from '../../src/workflow/groupChanges.js'
import type { Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import type { Hand, SlotAnswer } from '../steps/callSlots.js'
import { factsOf, type Placed, type Reading } from './facts.js'

export interface PlannedStep extends Planned, PlacedMessage {
  readonly outcome: Outcome
  /** A call without a slot that should wait here: nothing of it may be written. */
  readonly blocked: boolean
}

/** A step to run, with the message that asked for it. */
export type PlacedMessage = Placed & { readonly source: Message }

export interface PlanContext {
  readonly deps: Pick<EngineDeps, 'renderer'>
  readonly reading: Reading
  readonly token: string
  readonly now: Date
  /** Slots for the calls of this batch; null where the kind makes none. */
  readonly hand: Hand | null
}

/** Decides every step and works out its change; equal outcomes of one step share one change. */
export function planSteps(placed: readonly PlacedMessage[], context: PlanContext): PlannedStep[] {
  const shared: Shared = new Map()
  return placed.map((one) => planStep(one, context, shared))
}

/** By step of a definition, and by outcome. */
type Shared = Map<CompiledStep, Map<string, Change>>

function planStep(one: PlacedMessage, context: PlanContext, shared: Shared): PlannedStep {
  const { deps, reading, token, now, hand } = context
  const facts = factsOf(one, reading, now)
  const outcome = asAllowed(decide(one.at, facts, deps.renderer), one, reading)
  const place = { compiled: one.compiled, at: one.at, facts, tries: triesOf(one, reading), token }
  const slot = outcome.type === 'call' ? (hand?.ask(one.due.executionId, outcome.host) ?? null) : null
  const change = sharedChange(shared, one, sharedKey(one, outcome, now), () => changeOf(place, outcome, slot))
  const { due, source, compiled, at } = one
  const expect = {
    seq: due.seq,
    currentStepId: due.stepId,
    workflowVersion: due.workflowVersion,
    standing: 'moving',
  } as const
  const blocked = slot?.type === 'here'
  return { due, source, compiled, at, id: due.executionId, expect, change, outcome, blocked }
}

function sharedChange(shared: Shared, { at }: Placed, key: string | null, work: () => Change): Change {
  if (key === null) return work()
  const changes = shared.get(at) ?? new Map<string, Change>()
  shared.set(at, changes)
  const change = changes.get(key) ?? work()
  changes.set(key, change)
  return change
}

const SKIPPED: Outcome = { type: 'skipped', branch: null, reason: 'effects_skipped' }

/** A replay without effects makes no call, and needs no claim for it. */
function asAllowed(outcome: Outcome, { due }: Placed, { executions }: Reading): Outcome {
  return outcome.type === 'call' && executions.get(due.executionId)?.effects === 'skip' ? SKIPPED : outcome
}

/** A call whose host has no slot comes back by a timer; that uses up no try. */
function changeOf(place: Place, outcome: Outcome, slot: SlotAnswer | null): Change {
  if (slot?.type !== 'away') return advance(place, outcome)
  const dueAt = new Date(place.facts.now.getTime() + slot.ms)
  return putBack(place, { reason: 'host_slots', key: slot.host, dueAt, tries: place.tries })
}

function triesOf({ due }: Placed, { positions }: Reading): number {
  return positions.get(due.executionId)?.state.tries ?? 0
}

/** Outcomes whose change depends on nothing else; null where a rule of a transition looks at the execution. */
function sharedKey({ due, at }: Placed, outcome: Outcome, now: Date): string | null {
  if (at.varies) return null
  const leftMs = leftAt({ now, enteredAt: due.enteredAt }).getTime()
  const place = `${due.asOf?.getTime()}:${leftMs}`
  if (outcome.type === 'done' && outcome.output === undefined) {
    return `${place}:${outcome.branch}:${outcome.values === undefined ? '' : JSON.stringify(outcome.values)}`
  }
  if (outcome.type === 'skipped') return `${place}:${outcome.branch}:${outcome.reason}`
  return outcome.type === 'exit' || outcome.type === 'updateContact' ? `${place}:${outcome.type}` : null
}
