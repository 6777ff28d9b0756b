import jsonLogic, { type RulesLogic } from 'json-logic-js'
import type { JsonObject, JsonValue } from './json.js'
import { ownAt } from './path.js'
import { Budget } from './ruleBudget.js'
import { checkStructure } from './ruleCheck.js'
import { isTruthy, RUN_LOOP } from './ruleLoop.js'
import { type Plan, planOf, type Slot } from './rulePlan.js'
import { segmentsOf } from './ruleTree.js'

export { checkRule, MAX_RULE_DEPTH, MAX_RULE_NODES } from './ruleCheck.js'
export { pathsOf, type Uses, usesOf } from './ruleUses.js'

export type RuleResult<Value = JsonValue> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string }

/** Rules are parts of cached definitions: each is planned once. */
const plans = new WeakMap<object, RuleResult<Plan>>()

/**
 * What the rule comes to over `data`: own properties only, in bounded time and memory, never throwing.
 * A rule that breaks a limit, or that json-logic-js cannot run over this data, answers why.
 */
export function evaluateRule(rule: JsonObject, data: JsonObject): RuleResult {
  const plan = plans.get(rule) ?? makePlan(rule)
  if (!plan.ok) return plan
  return guarded(() => run(plan.value, data, new Budget()) ?? null)
}

/** Whether the rule holds over `data`, by JSON Logic's own truth (an empty list is false). */
export function ruleHolds(rule: JsonObject, data: JsonObject): RuleResult<boolean> {
  const result = evaluateRule(rule, data)
  return result.ok ? { ok: true, value: isTruthy(result.value) } : result
}

/** Runs a rule of our own making, without loops, whose only names are the indexes of `operands`. */
export function applyRule(rule: JsonValue, operands: readonly JsonValue[]): JsonValue {
  return apply(rule, operands) ?? null
}

/** Turns what an evaluation throws into its answer: bad data fails one step, never the process. */
export function guarded<Value>(evaluate: () => Value): RuleResult<Value> {
  try {
    return { ok: true, value: evaluate() }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

function makePlan(rule: JsonObject): RuleResult<Plan> {
  const [fault] = checkStructure(rule)
  const plan: RuleResult<Plan> =
    fault === undefined
      ? { ok: true, value: planOf(rule) }
      : { ok: false, error: `${fault.field}: ${fault.message}` }
  plans.set(rule, plan)
  return plan
}

function apply(rule: JsonValue, data: object): JsonValue | undefined {
  return jsonLogic.apply(rule as RulesLogic, data)
}

function run(plan: Plan, scope: JsonValue, budget: Budget): JsonValue | undefined {
  budget.spend(plan.units)
  const fill = (slot: Slot) => budget.weigh(read(slot, scope, budget))
  if (plan.flat) return apply(plan.rule, plan.slots.map(fill))
  // Filled when the library asks, so that a branch not taken costs nothing. It asks for indexes only.
  const lazy = new Proxy(plan.slots, { get: (slots, index) => fill(slots[Number(index)] as Slot) })
  return apply(plan.rule, lazy)
}

function read(slot: Slot, scope: JsonValue, budget: Budget): JsonValue | undefined {
  switch (slot.kind) {
    case 'path':
      return ownAt(scope, slot.path)
    case 'name':
      return readName(run(slot.name, scope, budget), scope)
    case 'missing':
      return missing(run(slot.names, scope, budget), scope)
    case 'missing_some':
      return missingSome(slot, scope, budget)
    case 'merge':
      // The library copies what it has so far for every argument.
      return listOf(run(slot.parts, scope, budget)).flat() as JsonValue[]
    case 'in':
      return isIn(run(slot.needle, scope, budget), run(slot.hay, scope, budget), budget)
    default:
      return loop(slot, scope, budget)
  }
}

/** A name that data came up with is only ever a name: lists and objects are none. */
function readName(name: JsonValue | undefined, scope: JsonValue): JsonValue | undefined {
  return typeof name === 'object' && name !== null ? undefined : ownAt(scope, segmentsOf(name))
}

function missing(names: JsonValue | undefined, scope: JsonValue): JsonValue[] {
  return listOf(names).filter((name) => {
    const value = readName(name, scope) ?? null
    return value === null || value === ''
  })
}

function missingSome(
  { need, names }: Extract<Slot, { kind: 'missing_some' }>,
  scope: JsonValue,
  budget: Budget,
): JsonValue {
  const options = listOf(run(names, scope, budget))
  const absent = missing(options, scope)
  return options.length - absent.length >= Number(run(need, scope, budget)) ? [] : absent
}

/** A search takes up to the product of both lengths; what is long is paid for in front. */
function isIn(needle: JsonValue | undefined, hay: JsonValue | undefined, budget: Budget): JsonValue {
  if (typeof hay === 'string') budget.spend((String(needle).length * hay.length) / SEARCH_PER_UNIT)
  return applyRule({ in: [{ var: '0' }, { var: '1' }] }, [needle ?? null, hay ?? null])
}

/** Steps of a text search that cost one unit. */
const SEARCH_PER_UNIT = 100

function loop(slot: Extract<Slot, { kind: 'loop' }>, scope: JsonValue, budget: Budget): JsonValue {
  const list = run(slot.list, scope, budget)
  const initial = slot.op === 'reduce' ? (run(slot.initial, scope, budget) ?? null) : null
  const body = (element: JsonValue) => run(slot.body, element, budget) ?? null
  return RUN_LOOP[slot.op](Array.isArray(list) ? list : [], body, initial)
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
