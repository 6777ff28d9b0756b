import type { Facts, Outcome } from '../steps/definition.js'
import type { Transition } from '../workflow/transition.js'
import type { Compiled, CompiledStep } from './compile.js'
import { pass } from './decide.js'
import { type Left, leftBy } from './leftSteps.js'
import { chooseNext, type Next } from './next.js'

/** Where an execution goes from a step that it leaves. */
export type Way =
  | Exclude<Next, { readonly type: 'step' }>
  | { readonly type: 'missing'; readonly stepId: string }
  | { readonly type: 'step'; readonly target: CompiledStep; readonly chained: Chained | null }

/** What a step comes to that is decided in the transition that leads to it. */
export interface Chained {
  readonly outcome: Outcome
  /** Where it goes from there; null: it ends there. */
  readonly way: Way | null
}

/** By what the way is chosen. */
export interface Whereabouts {
  readonly compiled: Compiled
  readonly facts: Facts
  /** The facts hold all that the execution's document would. */
  readonly whole?: true
  /** Steps that were chained before this one in the same transition. */
  readonly chained?: number
}

/** More steps than this in one transition would keep a batch from its other messages. */
const MAX_CHAINED = 16

/**
 * From a step by `branch`. What stands behind it is decided at once where all that it looks at is at hand, else it
 * gets a message of its own. `current`: the facts' contact is as it is now.
 */
export function wayFrom(
  at: Whereabouts,
  outgoing: readonly Transition[],
  { branch, current }: Pick<Left, 'branch' | 'current'>,
): Way {
  const next = chooseNext(outgoing, branch, at.facts)
  if (next.type !== 'step') return next
  const target = at.compiled.steps.get(next.stepId)
  if (target === undefined) return { type: 'missing', stepId: next.stepId }
  return { type: 'step', target, chained: chainTo(at, target, current === true) }
}

function chainTo(at: Whereabouts, target: CompiledStep, current: boolean): Chained | null {
  const { whole = false, chained = 0 } = at
  if (chained >= MAX_CHAINED) return null
  const facts = current || at.facts.contact === null ? at.facts : { ...at.facts, contact: null }
  const outcome = pass(target, facts, whole)
  if (outcome === null) return null
  const left = leftBy(outcome, facts)
  const there = { ...at, facts, chained: chained + 1 }
  return { outcome, way: left === null ? null : wayFrom(there, target.outgoing, left) }
}

/** Equal for outcomes of one step that come to the same; null where it depends on more. */
export function outcomeKey(outcome: Outcome): string | null {
  switch (outcome.type) {
    case 'done':
      return outcome.output === undefined ? `${outcome.branch}:${JSON.stringify(outcome.values)}` : null
    case 'skipped':
      return `${outcome.branch}:${outcome.reason}`
    case 'exit':
    case 'updateContact':
      return outcome.type
    default:
      return null
  }
}

/** Equal for ways that lead over the same steps by the same outcomes; null where that depends on more. */
export function wayKey(way: Way | null): string | null {
  if (way === null || way.type === 'end') return ''
  if (way.type !== 'step') return null
  const { target, chained } = way
  if (chained === null) return target.step.id
  const [outcome, rest] = [outcomeKey(chained.outcome), wayKey(chained.way)]
  return outcome === null || rest === null ? null : `${target.step.id}:${outcome}>${rest}`
}
