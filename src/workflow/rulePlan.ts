import type { JsonValue } from './json.js'
import { NODE_UNITS } from './ruleBudget.js'
import { isLoop, type Loop, operationOf, segmentsOf } from './ruleTree.js'

/**
 * A rule made safe to hand to json-logic-js: whatever reads data or repeats work is cut out into a numbered
 * slot, and `{"var": "<number>"}` stands in its place. The library then sees nothing but the slots' values.
 */
export interface Plan {
  readonly rule: JsonValue
  readonly slots: readonly Slot[]
  /** All slots are plain paths: they can be filled in front, which is several times faster. */
  readonly flat: boolean
  /** Units of running the rule once, slots aside. */
  readonly units: number
}

export type Slot =
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'name'; readonly name: Plan }
  | { readonly kind: 'missing'; readonly names: Plan }
  | { readonly kind: 'missing_some'; readonly need: Plan; readonly names: Plan }
  | { readonly kind: 'merge'; readonly parts: Plan }
  | { readonly kind: 'in'; readonly needle: Plan; readonly hay: Plan }
  | {
      readonly kind: 'loop'
      readonly op: Loop
      readonly list: Plan
      readonly body: Plan
      readonly initial: Plan
    }

/** A needle up to this long is found in time linear to the text; longer ones are counted. */
const SHORT_NEEDLE = 256

export function planOf(rule: JsonValue | undefined): Plan {
  const slots: Slot[] = []
  const rewritten = rewrite(rule ?? null, slots)
  return {
    rule: rewritten,
    slots,
    flat: slots.every((slot) => slot.kind === 'path'),
    units: unitsOf(rewritten),
  }
}

function rewrite(value: JsonValue, slots: Slot[]): JsonValue {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, slots))
  const operation = operationOf(value)
  if (operation === null) return value
  const { op, args } = operation
  const slot = slotOf(op, args)
  if (slot === null) return { [op]: args.map((arg) => rewrite(arg, slots)) }
  const index = String(slots.push(slot) - 1)
  // A default value stays the library's business.
  return { var: [index, ...(op === 'var' ? args.slice(1, 2).map((arg) => rewrite(arg, slots)) : [])] }
}

function slotOf(op: string, args: readonly JsonValue[]): Slot | null {
  if (isLoop(op)) {
    const [list, body, initial] = [planOf(args[0]), planOf(args[1]), planOf(args[2])]
    return { kind: 'loop', op, list, body, initial }
  }
  switch (op) {
    case 'var':
      return nameSlot(args[0])
    case 'missing':
      return { kind: 'missing', names: planOf(namesOf(args)) }
    case 'missing_some':
      return { kind: 'missing_some', need: planOf(args[0]), names: planOf(args[1]) }
    case 'merge':
      return { kind: 'merge', parts: planOf([...args]) }
    case 'in':
      return isShort(args[0]) ? null : { kind: 'in', needle: planOf(args[0]), hay: planOf(args[1]) }
    default:
      return null
  }
}

function nameSlot(name: JsonValue | undefined): Slot {
  return typeof name === 'object' && name !== null
    ? { kind: 'name', name: planOf(name) }
    : { kind: 'path', path: segmentsOf(name) }
}

/** `missing` takes its names as arguments, or as one list that may be computed. */
function namesOf(args: readonly JsonValue[]): JsonValue {
  const [first] = args
  return args.length === 1 && typeof first === 'object' ? first : [...args]
}

function isShort(needle: JsonValue | undefined): boolean {
  return typeof needle === 'string' ? needle.length <= SHORT_NEEDLE : typeof needle !== 'object'
}

function unitsOf(value: JsonValue): number {
  if (typeof value === 'string') return NODE_UNITS + value.length
  if (typeof value !== 'object' || value === null) return NODE_UNITS
  return Object.values(value).reduce<number>((sum, item) => sum + unitsOf(item), NODE_UNITS)
}
