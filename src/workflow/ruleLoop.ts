import type { JsonValue } from './json.js'
import type { Loop } from './ruleTree.js'

/** JSON Logic's own truth: an empty list is false, everything else as in JavaScript. */
export function isTruthy(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

/**
 * One loop of a rule, by the semantics of json-logic-js: no list counts as an empty one, `all` of nothing is
 * false, `none` of nothing is true. `body` runs the loop's rule with its argument as the data.
 */
export function runLoop(
  op: Loop,
  list: readonly JsonValue[],
  initial: JsonValue,
  body: (scope: JsonValue) => JsonValue,
): JsonValue {
  switch (op) {
    case 'map':
      return list.map(body)
    case 'filter':
      return list.filter((item) => isTruthy(body(item)))
    case 'reduce':
      return list.reduce<JsonValue>((accumulator, current) => body({ current, accumulator }), initial)
    case 'all':
      return list.length > 0 && list.every((item) => isTruthy(body(item)))
    case 'some':
      return list.some((item) => isTruthy(body(item)))
    case 'none':
      return !list.some((item) => isTruthy(body(item)))
    default:
      return op satisfies never
  }
}
