import type { JsonValue } from './json.js'

/** Units of one evaluation: a unit is about one character handled; some tens of milliseconds in all. */
const UNITS = 10_000_000
/** Units of one operator or argument run by json-logic-js. */
export const NODE_UNITS = 40
/** Units of one value handed into an expression; a number prints as up to 24 characters. */
const VALUE_UNITS = 24
/** Values nested deeper than this are no business of a rule. */
const MAX_DEPTH = 64

class BudgetError extends Error {}

/**
 * What one evaluation may still do. Every value is weighed each time it enters an expression, so whatever
 * operators make of values (text, lists) is never larger than what was spent: doubling runs dry by itself.
 */
export class Budget {
  private left = UNITS

  spend(units: number): void {
    this.left -= units
    if (this.left < 0) throw new BudgetError('the rule does too much work, or reads too much data')
  }

  weigh<Value extends JsonValue | undefined>(value: Value): Value {
    this.take(value, 0)
    return value
  }

  private take(value: JsonValue | undefined, depth: number): void {
    this.spend(VALUE_UNITS + (typeof value === 'string' ? value.length : 0))
    if (typeof value !== 'object' || value === null) return
    if (depth === MAX_DEPTH)
      throw new BudgetError(`the rule reads data nested deeper than ${MAX_DEPTH} levels`)
    for (const item of Object.values(value)) this.take(item, depth + 1)
  }
}
