import assert from 'node:assert/strict'
import { decideCondition } from '../../src/workflow/condition.js'
import type { JsonValue } from '../../src/workflow/json.js'
import type { ConditionOperator } from '../../src/workflow/operators.js'

/** The field is not there at all. */
const MISSING = Symbol('missing')
type Held = JsonValue | typeof MISSING
/** What the field holds, what it is compared with, and whether the operator holds. */
type Row = readonly [Held, JsonValue | undefined, boolean]

const EQUALS: readonly Row[] = [
  ['pro', 'pro', true],
  ['pro', 'Pro', false],
  ['pro', 'free', false],
  [1, 1, true],
  [1, 1.0, true],
  [1, '1', false],
  ['1', 1, false],
  [0, false, false],
  [false, false, true],
  [false, 0, false],
  [false, null, false],
  [0, null, false],
  ['', null, false],
  ['', '', true],
  ['', 0, false],
  ['', false, false],
  [null, null, true],
  [null, undefined, true],
  [null, '', false],
  [null, false, false],
  [null, 0, false],
  [MISSING, null, true],
  [MISSING, undefined, true],
  [MISSING, '', false],
  [MISSING, 0, false],
  [MISSING, 'undefined', false],
  [['a'], 'a', false],
  [['a'], ['a'], true],
  [['a', 'b'], ['b', 'a'], false],
  ['["a"]', ['a'], false],
  [['a'], '["a"]', false],
  [{ a: 1, b: { c: [2], d: 3 } }, { b: { d: 3, c: [2] }, a: 1 }, true],
  [{ a: 1 }, { a: '1' }, false],
  ['2026-01-01', '2026-01-01T00:00:00Z', false],
]

/** Where `notEquals` is not just the opposite: on a field that is not there. */
const NOT_EQUALS: readonly Row[] = EQUALS.map(([held, value, equal]): Row => {
  return [held, value, held !== MISSING && held !== null && !equal]
})

const CONTAINS: readonly Row[] = [
  ['millrace', 'race', true],
  ['millrace', 'Race', false],
  ['millrace', '', true],
  ['', '', true],
  ['', 'a', false],
  [['a', 'b'], 'b', true],
  [['ab'], 'a', false],
  [['a'], 'A', false],
  [[1, 2], 2, true],
  [['2'], 2, false],
  [[null], null, true],
  [[null], undefined, true],
  [[false], 0, false],
  [[], '', false],
  [[['x'], { k: 1, l: 2 }], { l: 2, k: 1 }, true],
  [[['x']], ['x'], true],
  [['["x"]'], ['x'], false],
]

/** Nothing that can contain: both are false. */
const NO_HOLDERS: readonly Row[] = [
  [MISSING, 'a', false],
  [null, 'a', false],
  [null, null, false],
  [12, 1, false],
  [12, '1', false],
  [true, 'true', false],
  [{ a: 1 }, 'a', false],
  ['a1', 1, false],
  ['null', null, false],
  ['null', undefined, false],
  ['["x"]', ['x'], false],
]

/** [left, right, left compared with right], or null where the two cannot be compared. */
const ORDER: readonly (readonly [Held, JsonValue | undefined, -1 | 0 | 1 | null])[] = [
  [1, 2, -1],
  [2, 2, 0],
  [2.5, 2, 1],
  [0, -1, 1],
  ['10', 9, 1],
  [10, '9', 1],
  ['10', '9', 1],
  ['-1.5e1', -15, 0],
  ['.5', 0.5, 0],
  ['+3', 3, 0],
  ['2026-03-01', '2026-02-28', 1],
  ['2026-03-01', '2026-03-01T00:00:00.000Z', 0],
  ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00Z', 0],
  ['2026-03-01T12:00', '2026-03-01T12:00:01Z', -1],
  ['2024-02-29', '2024-03-01', -1],
  ['2026-02-29', '2026-03-01', null],
  ['2026-01-01', 5, null],
  [5, '2026-01-01', null],
  [1_767_225_600_000, '2026-01-01', null],
  ['abc', 'abd', null],
  [5, 'abc', null],
  ['', 0, null],
  [0, '', null],
  [' 1', 1, null],
  ['0x10', 1, null],
  ['Infinity', 1, null],
  [false, 1, null],
  [1, true, null],
  [null, 0, null],
  [0, null, null],
  [0, undefined, null],
  [MISSING, 0, null],
  [MISSING, null, null],
  [[2], 1, null],
  [{ a: 1 }, 1, null],
  [1, [0], null],
]

function compared(holds: (order: number) => boolean): readonly Row[] {
  return ORDER.map(([held, value, order]): Row => [held, value, order !== null && holds(order)])
}

const EXISTS: readonly Row[] = [
  ...['', 0, false, 'a', [], {}].map((held): Row => [held, undefined, true]),
  [null, undefined, false],
  [MISSING, undefined, false],
  [0, 'ignored', true],
]

const negated = (rows: readonly Row[]) => rows.map(([held, value, holds]): Row => [held, value, !holds])

const TABLE: Record<ConditionOperator, readonly Row[]> = {
  equals: EQUALS,
  notEquals: NOT_EQUALS,
  contains: [...CONTAINS, ...NO_HOLDERS],
  notContains: [...negated(CONTAINS), ...NO_HOLDERS],
  greaterThan: compared((order) => order > 0),
  greaterThanOrEqual: compared((order) => order >= 0),
  lessThan: compared((order) => order < 0),
  lessThanOrEqual: compared((order) => order <= 0),
  exists: EXISTS,
  notExists: negated(EXISTS),
}

function shown(held: Held | undefined): string {
  return held === MISSING ? 'a missing field' : held === undefined ? 'no value' : JSON.stringify(held)
}

function branchTaken(operator: ConditionOperator, [held, value]: Row): unknown {
  const data = held === MISSING ? {} : { x: { y: held } }
  const result = decideCondition(
    { field: 'contact.data.x.y', operator, ...(value === undefined ? {} : { value }) },
    { contact: { data } },
  )
  return result.ok ? result.value.branch : result.error
}

describe('The operator', () => {
  for (const [operator, rows] of Object.entries(TABLE) as [ConditionOperator, readonly Row[]][]) {
    describe(operator, () => {
      for (const row of rows) {
        const [held, value, holds] = row
        it(`is ${holds} of ${shown(held)} and ${shown(value)}`, () => {
          assert.equal(branchTaken(operator, row), holds ? 'yes' : 'no')
        })
      }
    })
  }
})
