import { isoMs } from './isoDate.js'
import { isJsonObject, type JsonObject, type JsonValue } from './json.js'

export const CONDITION_OPERATORS = [
  'equals',
  'notEquals',
  'contains',
  'notContains',
  'greaterThan',
  'greaterThanOrEqual',
  'lessThan',
  'lessThanOrEqual',
  'exists',
  'notExists',
] as const
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number]

/** Brings a field's value into the one form that the rule compares; null: it cannot be compared. */
export type Normalise = (value: JsonValue) => JsonValue

/** Gives the rule a name for the field's value in the form that `normal` makes of it. */
type Ref = (normal: Normalise) => JsonObject

const asIs: Normalise = (value) => value
const there = (ref: Ref): JsonObject => ({ '!==': [ref(asIs), null] })

/** Standard JSON Logic for each operator. What its operators cannot say is done to the operands in front. */
export const OPERATOR_RULES: Readonly<Record<ConditionOperator, (value: JsonValue, ref: Ref) => JsonObject>> =
  {
    equals: (value, ref) => isSame(value, ref),
    notEquals: (value, ref) => ({ and: [there(ref), { '!': isSame(value, ref) }] }),
    contains: (value, ref) => ({ and: [there(holder(value, ref)), has(value, ref)] }),
    notContains: (value, ref) => ({ and: [there(holder(value, ref)), { '!': has(value, ref) }] }),
    greaterThan: (value, ref) => compare('>', value, ref),
    greaterThanOrEqual: (value, ref) => compare('>=', value, ref),
    lessThan: (value, ref) => compare('<', value, ref),
    lessThanOrEqual: (value, ref) => compare('<=', value, ref),
    exists: (_, ref) => there(ref),
    notExists: (_, ref) => ({ '===': [ref(asIs), null] }),
  }

/** Objects and lists are equal when they say the same, so both sides are compared as text. */
function isSame(value: JsonValue, ref: Ref): JsonObject {
  return isNested(value) ? { '===': [ref(nestedText), nestedText(value)] } : { '===': [ref(asIs), value] }
}

/** The field where it is something that can contain the value: a list, or text for text. */
function holder(value: JsonValue, ref: Ref): Ref {
  const isText = typeof value === 'string'
  const elements: Normalise = (held) => {
    if (Array.isArray(held)) return isNested(value) ? held.map(nestedText) : held
    return isText && typeof held === 'string' ? held : null
  }
  return () => ref(elements)
}

/** `in` never finds anything in an empty text, but the empty text is there: hence the comparison. */
function has(value: JsonValue, ref: Ref): JsonObject {
  const hay = holder(value, ref)(asIs)
  const needle = isNested(value) ? nestedText(value) : value
  return { or: [{ '===': [hay, needle] }, { in: [needle, hay] }] }
}

/** Both sides as numbers, or both as milliseconds; a value that is neither is never compared. */
function compare(op: string, value: JsonValue, ref: Ref): JsonObject {
  const number = numberOf(value)
  const [normal, limit] = number === null ? [isoMs, isoMs(value)] : [numberOf, number]
  const side = ref(limit === null ? () => null : normal)
  return { and: [{ '!==': [side, null] }, { [op]: [side, limit] }] }
}

const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** A number, or text that is one in decimal form; null for anything else. */
function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : null
}

function isNested(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null
}

/** One text for equal objects and lists, whatever the order of their keys; null for everything else. */
function nestedText(value: JsonValue): JsonValue {
  return isNested(value) ? JSON.stringify(value, sortKeys) : null
}

function sortKeys(_: string, value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
