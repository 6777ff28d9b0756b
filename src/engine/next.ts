import type { Facts } from '../steps/definition.js'
import { ruleData } from '../steps/scope.js'
import type { StepId } from '../workflow/ids.js'
import { type RuleResult, ruleHolds } from '../workflow/rule.js'
import { branchOf, type Transition } from '../workflow/transition.js'

export type Next =
  | { readonly type: 'step'; readonly stepId: StepId }
  | { readonly type: 'end' }
  | { readonly type: 'fault'; readonly message: string }

/** The first transition, by priority then age, whose condition holds; none holds or there is none: the end. */
export function chooseNext(outgoing: readonly Transition[], branch: string | null, facts: Facts): Next {
  for (const transition of outgoing) {
    const holds = conditionHolds(transition, branch, facts)
    if (!holds.ok) return { type: 'fault', message: `transition ${transition.id}: ${holds.error}` }
    if (holds.value) return { type: 'step', stepId: transition.toStepId }
  }
  return { type: 'end' }
}

function conditionHolds({ condition }: Transition, branch: string | null, facts: Facts): RuleResult<boolean> {
  if (condition === null) return { ok: true, value: true }
  const named = branchOf(condition)
  if (named !== null) return { ok: true, value: named === branch }
  return ruleHolds(condition, ruleData(facts))
}
