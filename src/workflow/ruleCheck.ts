import type { Fault } from './fault.js'
import { isJsonObject, type JsonObject, type JsonValue } from './json.js'
import { HOSTILE_NAMES } from './path.js'
import { OPERATORS, type Operation, operationOf, segmentsOf } from './ruleTree.js'

/** Operators, arguments and list elements of one rule. */
export const MAX_RULE_NODES = 500
/** Operators and lists inside each other. */
export const MAX_RULE_DEPTH = 32

interface Walk {
  readonly faults: Fault[]
  /** Also look at the names that data is read by. */
  readonly names: boolean
  nodes: number
}

/** All that is wrong with a rule that somebody wants to store; `field` is where it stands in the request. */
export function checkRule(rule: JsonValue, field = 'rule'): Fault[] {
  return walkRule(rule, field, true)
}

/** The part of `checkRule` that evaluation depends on; hostile names are harmless there and find nothing. */
export function checkStructure(rule: JsonValue): Fault[] {
  return walkRule(rule, 'rule', false)
}

function walkRule(rule: JsonValue, field: string, names: boolean): Fault[] {
  const walk: Walk = { faults: [], names, nodes: 0 }
  if (isJsonObject(rule)) visit(walk, rule, field, 1)
  else note(walk, field, 'must be a JSON Logic rule: an object with one operator')
  return walk.faults
}

function visit(walk: Walk, value: JsonValue, at: string, depth: number): void {
  walk.nodes++
  if (walk.nodes === MAX_RULE_NODES + 1) note(walk, at, `a rule has at most ${MAX_RULE_NODES} nodes`)
  if (walk.nodes > MAX_RULE_NODES || typeof value !== 'object' || value === null) return
  if (depth > MAX_RULE_DEPTH) note(walk, at, `a rule is at most ${MAX_RULE_DEPTH} levels deep`)
  else if (Array.isArray(value)) visitAll(walk, value, at, depth)
  else visitObject(walk, value, at, depth)
}

function visitAll(walk: Walk, values: readonly JsonValue[], at: string, depth: number): void {
  for (const [index, value] of values.entries()) visit(walk, value, `${at}[${index}]`, depth + 1)
}

function visitObject(walk: Walk, value: JsonObject, at: string, depth: number): void {
  const operation = operationOf(value)
  if (operation === null) {
    note(walk, at, 'an object in a rule must have exactly one operator')
    return
  }
  const { op, args } = operation
  if (!OPERATORS.has(op)) {
    note(walk, `${at}.${op}`, `"${op}" is no operator of JSON Logic that rules may use`)
    return
  }
  if (walk.names) checkNames(walk, operation, `${at}.${op}`)
  visitAll(walk, args, `${at}.${op}`, depth)
}

function checkNames(walk: Walk, { op, args }: Operation, at: string): void {
  if (op === 'var' && (Array.isArray(args[0]) || typeof args[0] === 'boolean'))
    note(walk, at, 'a name must be text, a number or a rule')
  for (const name of namesIn(op, args)) {
    const hostile = segmentsOf(name).find((segment) => HOSTILE_NAMES.has(segment))
    if (hostile !== undefined) note(walk, at, `the name "${hostile}" cannot be read`)
  }
}

/** The names that an operation reads data by, as far as they are written in the rule. */
function namesIn(op: string, args: readonly JsonValue[]): readonly string[] {
  const names = op === 'var' ? args.slice(0, 1) : op.startsWith('missing') ? args.flat() : []
  return names.filter((name) => typeof name === 'string')
}

function note(walk: Walk, field: string, message: string): void {
  walk.faults.push({ field, message, code: 'invalid_rule' })
}
