import { advance, type Place, putBack } from '../../src/engine/advance.js'
import { decide } from '../../src/engine/decide.js'
import { leftBy } from '../../src/engine/leftSteps.js'
import { SharedChanges } from '../../src/engine/sharedChanges.js'
import { outcomeKey, type Way, wayFrom } from '../../src/engine/way.js'
import type { Facts, Outcome } from '../../src/steps/definition.js'
import type { Change } from '../../src/workflow/change.js'
import type { Planned } from '../../src/workflow/groupChanges.js'
import type { Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import type { Hand, SlotAnswer } from '../steps/callSlots.js'
import { factsOf, type Placed, type Reading } from './facts.js'

/** A step to run, with the message that asked for it. */
export type PlacedMessage = Placed & { readonly source: Message }

/** What a step says, before anything of it is written. */
export interface DecidedStep extends PlacedMessage {
  readonly facts: Facts
  readonly outcome: Outcome
  readonly tries: number
  /** For a call of a kind that has slots. */
  readonly slot: SlotAnswer | null
}

export interface PlannedStep extends Planned, PlacedMessage {
  readonly outcome: Outcome
}

export interface DecideContext {
  readonly deps: Pick<EngineDeps, 'renderer'>
  readonly reading: Reading
  readonly now: Date
  /** Slots for the calls of this batch; null where the kind makes none. */
  readonly hand: Hand | null
}

export function decideSteps(placed: readonly PlacedMessage[], context: DecideContext): DecidedStep[] {
  return placed.map((one) => decideStep(one, context))
}

function decideStep(one: PlacedMessage, { deps, reading, now, hand }: DecideContext): DecidedStep {
  const { due, source, compiled, at } = one
  const facts = factsOf(one, reading, now)
  const outcome = asAllowed(decide(at, facts, deps.renderer), one, reading)
  const tries = reading.positions.get(due.executionId)?.state.tries ?? 0
  const slot = outcome.type === 'call' ? (hand?.ask(due.executionId, outcome.host) ?? null) : null
  return { due, source, compiled, at, facts, outcome, tries, slot }
}

const SKIPPED: Outcome = { type: 'skipped', branch: null, reason: 'effects_skipped' }

/** A replay without effects makes no call, and needs no claim for it. */
function asAllowed(outcome: Outcome, { due }: Placed, { executions }: Reading): Outcome {
  return outcome.type === 'call' && executions.get(due.executionId)?.effects === 'skip' ? SKIPPED : outcome
}

/** Works out each step's change; those that come to the same share one. `token`: what claims write. */
export function planSteps(decided: readonly DecidedStep[], token: string): PlannedStep[] {
  const shared = new SharedChanges()
  return decided.map((one) => planStep(one, token, shared))
}

function planStep(one: DecidedStep, token: string, shared: SharedChanges): PlannedStep {
  const { due, source, compiled, at, facts, outcome, tries, slot } = one
  const place = { compiled, at, facts, tries, token }
  const left = leftBy(outcome, facts)
  const way = left === null ? null : wayFrom(place, at.outgoing, left)
  const change = shared.of(place, way, saidOf(outcome, facts), () => changeOf(place, outcome, way, slot))
  const expect = {
    seq: due.seq,
    currentStepId: due.stepId,
    workflowVersion: due.workflowVersion,
    standing: 'moving',
  } as const
  return { due, source, compiled, at, id: due.executionId, expect, change, outcome }
}

/** Who sleeps keeps the time at which he entered the step. */
function saidOf(outcome: Outcome, { enteredAt }: Facts): string | null {
  if (outcome.type !== 'sleep') return outcomeKey(outcome)
  return `sleep:${enteredAt.getTime()}:${outcome.until.getTime()}`
}

/** A call whose host has no slot comes back by a timer; that uses up no try. */
function changeOf(place: Place, outcome: Outcome, way: Way | null, slot: SlotAnswer | null): Change {
  if (slot?.type !== 'away') return advance(place, outcome, way)
  const dueAt = new Date(place.facts.now.getTime() + slot.ms)
  return putBack(place, { reason: 'host_slots', key: slot.host, dueAt, tries: place.tries })
}
