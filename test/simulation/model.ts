import type { ContactEvent } from '../../src/workflow/contactEvent.js'
import type { Execution, HistoryEntry } from '../../src/workflow/execution.js'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'
import type { Arrival } from './input.js'
import type { Plan, PlanStep } from './plans.js'

/** What the model is told: facts that a run is free in (times, answers), never what the engine decided. */
export interface Told {
  readonly plan: Plan
  readonly execution: Execution
  /** The event that started it. */
  readonly trigger: Arrival
  /** All events of the contact, in their order. */
  readonly events: readonly Arrival[]
  /** How far the clock that events are timed by is ahead of the executions'. */
  readonly aheadMs: number
  readonly webhook: (step: string) => 'success' | 'failure'
}

/** One step on the way: what the history has to say. */
export interface Passed {
  readonly step: string
  readonly branch: string | null
  /** The event that a wait used up. */
  readonly eventId: string | null
}

/**
 * Which way an execution has to go, worked out apart from the engine: plain loops over plan and events. Times are
 * those at which the execution's steps were left; everything decided by them is decided here anew.
 */
export function follow(told: Told): Passed[] {
  const passed: Passed[] = []
  const used = new Set([told.trigger.event.eventId])
  let context: JsonObject = { ...told.trigger.event.data }
  let step = told.plan.steps[0]
  while (step !== undefined) {
    const here: Here = { step, index: passed.length + 1, context, used }
    const { branch, event } = pass(told, here)
    passed.push({ step: step.key, branch, eventId: event?.eventId ?? null })
    if (event !== null) context = { ...context, ...event.data }
    if (event !== null) used.add(event.eventId)
    const next = step.next[branch ?? '*'] ?? null
    step = told.plan.steps.find(({ key }) => key === next)
  }
  return passed
}

interface Here {
  readonly step: PlanStep
  /** Of its entry in the history. */
  readonly index: number
  readonly context: JsonObject
  readonly used: ReadonlySet<string>
}

type Way = { readonly branch: string | null; readonly event: ContactEvent | null }

function pass(told: Told, here: Here): Way {
  const { step, context } = here
  switch (step.type) {
    case 'CONDITION':
      return { branch: holds(step.config, context) ? 'yes' : 'no', event: null }
    case 'WEBHOOK':
      return { branch: called(told, step), event: null }
    case 'WAIT_FOR_EVENT': {
      const event = awaited(told, here)
      return { branch: event === null ? 'timeout' : 'event', event }
    }
    default:
      return { branch: null, event: null }
  }
}

/** Refused for good, an execution can FAIL there: by no branch, and nothing follows. */
function called(told: Told, { key, config }: PlanStep): string | null {
  const outcome = told.webhook(key)
  return outcome === 'failure' && config['onFailure'] === 'fail' ? null : outcome
}

function holds({ operator, value }: JsonObject, context: JsonObject): boolean {
  // The mark of the contact is set by the event that started the execution.
  if (operator === 'exists') return true
  return numberOf(context['amount']) > numberOf(value)
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : Number.NaN
}

/** The earliest event within the wait's window that its rule likes, or null: the time runs out. */
function awaited(told: Told, here: Here): ContactEvent | null {
  const { eventName, timeout, rule } = here.step.config
  const entered = leftAt(told, here.index - 1)
  const closes = entered + Math.ceil(numberOf(timeout) * 1_000)
  for (const arrival of told.events) {
    const { name, eventId, data } = arrival.event
    const isOpen = isBehindOpening(told, here, arrival) && arrival.order.at.getTime() <= closes
    if (name === eventName && isOpen && !here.used.has(eventId) && likes(rule, data)) return arrival.event
  }
  return null
}

function likes(rule: JsonValue | undefined, data: JsonObject): boolean {
  if (rule === undefined) return true
  const [, least] = (rule as { readonly '>': [unknown, number] })['>']
  return numberOf(data['amount']) > least
}

/** `since: step`: from when the step before the wait was entered, a second for clocks; else behind the trigger. */
function isBehindOpening(told: Told, { step, index }: Here, { order }: Arrival): boolean {
  const isFirst = index === 1
  if (isFirst || step.config['since'] === 'start') return isAfter(order, told.trigger.order)
  return order.at.getTime() >= leftAt(told, index - 2) - 1_000
}

function isAfter(a: Arrival['order'], b: Arrival['order']): boolean {
  const ahead = a.at.getTime() - b.at.getTime()
  return ahead > 0 || (ahead === 0 && a.offset > b.offset)
}

/** When the step of this entry was left, by the clock of events; entry 0 is the TRIGGER's. */
function leftAt({ execution, aheadMs }: Told, index: number): number {
  return (execution.history[index]?.at.getTime() ?? Number.NaN) + aheadMs
}

/** The same of what really happened; the TRIGGER's entry aside. */
export function passedBy(history: readonly HistoryEntry[]): Passed[] {
  return history
    .slice(1)
    .map(({ key, branch, event }) => ({ step: key, branch, eventId: event?.eventId ?? null }))
}
