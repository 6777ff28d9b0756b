import type { JsonValue } from './json.js'
import type { Loop } from './ruleTree.js'

/** JSON Logic's own truth: an empty list is false, everything else as in JavaScript. */
export function isTruthy(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

type Body = (scope: JsonValue) => JsonValue

/**
 * The loops of a rule, by the semantics of json-logic-js: `all` of nothing is false, `none` of nothing is true.
 * `body` runs the loop's rule with its argument as the data.
 */
export const RUN_LOOP: Readonly<
  Record<Loop, (list: readonly JsonValue[], body: Body, initial: JsonValue) => JsonValue>
> = {
  map: (list, body) => list.map((item) => body(item)),
  filter: (list, body) => list.filter((item) => isTruthy(body(item))),
  reduce: (list, body, initial) =>
    list.reduce<JsonValue>((accumulator, current) => body({ current, accumulator }), initial),
  all: (list, body) => list.length > 0 && list.every((item) => isTruthy(body(item))),
  some: (list, body) => list.some((item) => isTruthy(body(item))),
  none: (list, body) => !list.some((item) => isTruthy(body(item))),
}
