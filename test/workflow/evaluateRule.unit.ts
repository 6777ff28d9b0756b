import assert from 'node:assert/strict'
import fc from 'fast-check'
import jsonLogic, { type RulesLogic } from 'json-logic-js'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'
import { applyRule, evaluateRule, guarded, ruleHolds } from '../../src/workflow/rule.js'

const DATA: JsonObject = {
  contact: { data: { plan: 'pro', seats: 3, tags: ['a', 'b'], note: '', nothing: null } },
  event: { amount: 12.5, items: [{ price: 5 }, { price: 7 }], names: ['event.amount', 'event.x'] },
}

/** What json-logic-js says when it is given rule and data as they are. */
function byLibrary(rule: JsonValue, data: JsonObject): JsonValue {
  return jsonLogic.apply(rule as RulesLogic, data) ?? null
}

const path = fc.constantFrom(
  ...['contact.data.plan', 'contact.data.seats', 'contact.data.tags', 'contact.data.note', 'event.amount'],
  ...['contact.data.nothing', 'event.items.0.price', 'event.items', 'event.x.y', 'nowhere'],
)
const leaf = fc.oneof(
  fc.constantFrom<JsonValue>(0, 1, -2, 3.5, '', 'a', 'pro', '12.5', true, false, null, [], ['a', 'b']),
  path.map((name): JsonValue => ({ var: name })),
  fc.tuple(path, fc.constantFrom<JsonValue>(0, 'x')).map((args): JsonValue => ({ var: args })),
)

const { rule: anyRule } = fc.letrec<{ rule: JsonValue; value: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('rule')),
  rule: fc.oneof(
    operation(['and', 'or', 'if', '?:', '+', '*', 'max', 'min', 'cat', 'merge'], tie('value'), [1, 4]),
    operation(['==', '===', '!=', '!==', '>', '>=', 'in', '-', '/', '%'], tie('value'), [2, 2]),
    operation(['<', '<='], tie('value'), [2, 3]),
    operation(['!', '!!'], tie('value'), [1, 1]),
    operation(['map', 'filter', 'all', 'none', 'some'], tie('value'), [2, 2]),
    operation(['reduce'], tie('value'), [2, 3]),
    fc.array(path, { maxLength: 3 }).map((names): JsonValue => ({ missing: names })),
    fc.tuple(fc.nat(3), fc.array(path)).map((args): JsonValue => ({ missing_some: args })),
  ),
}))

function operation(
  ops: readonly string[],
  value: fc.Arbitrary<JsonValue>,
  [minLength, maxLength]: readonly [number, number],
): fc.Arbitrary<JsonValue> {
  return fc
    .tuple(fc.constantFrom(...ops), fc.array(value, { minLength, maxLength }))
    .map(([op, args]) => ({ [op]: args }))
}

describe('Evaluating a rule', () => {
  it('comes to what json-logic-js says', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        assert.deepEqual(evaluateRule(rule as JsonObject, DATA), { ok: true, value: byLibrary(rule, DATA) })
      }),
      { numRuns: 2000 },
    )
  })

  const rows: [string, JsonObject][] = [
    ['a default for a missing name', { var: ['event.x', { var: 'event.amount' }] }],
    ['a computed name', { var: { cat: ['event.', 'amount'] } }],
    ['a name without a list', { var: 'contact.data.plan' }],
    ['the elements of a list', { some: [{ var: 'event.items' }, { '>': [{ var: 'price' }, 6] }] }],
    ['the element itself', { filter: [{ var: 'contact.data.tags' }, { '==': [{ var: '' }, 'a'] }] }],
    [
      'an accumulator',
      { reduce: [{ var: 'event.items' }, { '+': [{ var: 'accumulator' }, { var: 'current.price' }] }, 0] },
    ],
    ['a loop over what is no list', { map: [{ var: 'event.amount' }, 1] }],
    ['a reduce without start', { reduce: [{ var: 'event.none' }, 1] }],
    ['names from data', { missing: [{ var: 'event.names' }] }],
    ['names from a merge', { missing: { merge: ['event.amount', { if: [true, 'event.q', []] }] } }],
    ['some of one name', { missing_some: [1, ['event.q', 'event.amount']] }],
    ['a search by a computed text', { in: [{ var: 'contact.data.plan' }, ['pro', 'free']] }],
    ['a search in text', { in: [{ cat: ['p', 'r'] }, { var: 'contact.data.plan' }] }],
    ['a search in nothing', { in: [{ var: 'event.x' }, { var: 'event.y' }] }],
    ['an operator without arguments', { and: [] }],
    ['a part of a text', { substr: [{ var: 'contact.data.plan' }, 0, -1] }],
    ['a branch not taken', { if: [false, { reduce: [{ var: 'event.items' }, 1] }, { merge: [1, [2]] }] }],
  ]
  for (const [name, rule] of rows) {
    it(`takes ${name} as json-logic-js does`, () => {
      assert.deepEqual(evaluateRule(rule, DATA), { ok: true, value: byLibrary(rule, DATA) })
    })
  }

  it('reads the whole data by the empty name', () => {
    for (const rule of [{ var: '' }, { var: [] }, { var: null }])
      assert.deepEqual(evaluateRule(rule, DATA), { ok: true, value: DATA })
  })

  it('takes no names, names that come to nothing, and one bare name', () => {
    assert.deepEqual(evaluateRule({ missing: [{ and: [] }] }, DATA), { ok: true, value: [] })
    assert.deepEqual(evaluateRule({ missing_some: [1, 'event.q'] }, DATA), { ok: true, value: ['event.q'] })
    assert.deepEqual(evaluateRule({ in: [{ and: [] }, { and: [] }] }, DATA), { ok: true, value: false })
    assert.deepEqual(evaluateRule({ reduce: [[1], 1, { and: [] }] }, DATA), { ok: true, value: 1 })
    assert.deepEqual(evaluateRule({ reduce: [[], 1, { and: [] }] }, DATA), { ok: true, value: null })
    assert.deepEqual(evaluateRule({ map: [[1], { and: [] }] }, DATA), { ok: true, value: [null] })
  })

  it('answers the same however often it is asked', () => {
    const rule = { '==': [{ var: 'contact.data.plan' }, 'pro'] }
    for (let i = 0; i < 3; i++) assert.deepEqual(evaluateRule(rule, DATA), { ok: true, value: true })
    assert.deepEqual(evaluateRule(rule, {}), { ok: true, value: false })
  })

  it('holds by the truth of JSON Logic', () => {
    const truth: [JsonValue, boolean][] = [
      [[], false],
      [[0], true],
      ['0', true],
      ['', false],
      [0, false],
    ]
    for (const [value, holds] of truth)
      assert.deepEqual(ruleHolds({ var: 'event' }, { event: value }), { ok: true, value: holds })
  })

  it('answers why an unknown operator or a broken rule cannot be run', () => {
    for (const rule of [
      { log: 'x' },
      { method: ['x', 'trim'] },
      { nope: [] },
      {},
      { '==': [1, 1], '>': [2, 1] },
    ]) {
      assert.equal(evaluateRule(rule, DATA).ok, false)
      assert.equal(ruleHolds(rule, DATA).ok, false)
    }
  })

  it('answers why json-logic-js could not run over the data', () => {
    const odd = { event: { a: { toString: 1, valueOf: 1 }, b: { indexOf: 1 } } }
    for (const rule of [{ '==': [{ var: 'event.a' }, 'x'] }, { in: ['x', { var: 'event.b' }] }]) {
      const result = evaluateRule(rule, odd)
      assert.ok(!result.ok && result.error.length > 0)
    }
  })

  it('runs a prepared rule over numbered operands', () => {
    assert.equal(applyRule({ '>': [{ var: '0' }, { var: '1' }] }, [2, 1]), true)
    assert.equal(applyRule({ and: [] }, []), null)
  })

  it('turns whatever is thrown into an answer', () => {
    const text = () => {
      throw 'only text'
    }
    assert.deepEqual(guarded(text), { ok: false, error: 'only text' })
  })
})
