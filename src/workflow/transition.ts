import type { StepId, TransitionId } from './ids.js'
import { type JsonObject, own } from './json.js'

export interface Transition {
  readonly id: TransitionId
  readonly fromStepId: StepId
  readonly toStepId: StepId
  /** `{ "branch": name }`, a JSON Logic rule, or null: always. */
  readonly condition: JsonObject | null
  readonly priority: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The branch that a condition names, or null where it is a rule or absent. */
export function branchOf(condition: JsonObject | null): string | null {
  if (condition === null || Object.keys(condition).length !== 1) return null
  const branch = own(condition, 'branch')
  return typeof branch === 'string' ? branch : null
}

/** The order in which transitions of one step are tried: priority, then age, then id. */
export function byPriority(a: Transition, b: Transition): number {
  return a.priority - b.priority || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
