import assert from 'node:assert/strict'
import type { JsonValue } from '../../src/workflow/json.js'
import { checkRule, MAX_RULE_DEPTH, MAX_RULE_NODES } from '../../src/workflow/rule.js'

const STANDARD = [
  ...['var', 'missing', 'missing_some', 'if', '?:', '==', '===', '!=', '!==', '!', '!!', 'or', 'and'],
  ...['>', '>=', '<', '<=', 'max', 'min', '+', '-', '*', '/', '%', 'map', 'filter', 'reduce'],
  ...['all', 'none', 'some', 'merge', 'in', 'cat', 'substr'],
]

describe('A rule that is to be stored', () => {
  for (const op of STANDARD) {
    it(`may use the standard operator ${op}`, () => assert.deepEqual(checkRule({ [op]: ['a', 1] }), []))
  }

  for (const op of ['log', 'method', 'branch', 'toString', '__proto__', 'constructor', 'a.b', '']) {
    it(`may not use "${op}"`, () => {
      const rule = JSON.parse(JSON.stringify({ and: [true, 'X'] }).replace('"X"', `{"${op}":[1]}`))
      const [fault, ...more] = checkRule(rule)
      assert.equal(fault?.field, `rule.and[1].${op}`)
      assert.equal(fault?.code, 'invalid_rule')
      assert.deepEqual(more, [])
    })
  }

  const shapes: [string, JsonValue][] = [
    ['text', 'x'],
    ['a list', [{ '==': [1, 1] }]],
    ['null', null],
    ['nothing in it', {}],
    ['two operators side by side', { '==': [1, 1], '>': [2, 1] }],
  ]
  for (const [name, rule] of shapes) {
    it(`is not ${name}`, () => assert.deepEqual(checkRule(rule, 'condition')[0]?.field, 'condition'))
  }

  it('has at most 500 operators, arguments and list elements', () => {
    assert.equal(MAX_RULE_NODES, 500)
    assert.deepEqual(checkRule({ and: Array(499).fill(true) }), [])
    assert.equal(checkRule({ and: Array(500).fill(true) })[0]?.message, 'a rule has at most 500 nodes')
    assert.deepEqual(checkRule({ in: ['a', Array(497).fill('b')] }), [])
    assert.equal(checkRule({ in: ['a', Array(498).fill('b')] }).length, 1)
    assert.equal(checkRule({ and: Array(250).fill({ var: 'event.a' }) }).length, 1)
  })

  it('is at most 32 levels deep', () => {
    const nest = (levels: number): JsonValue => (levels === 0 ? true : { '!': [nest(levels - 1)] })
    assert.deepEqual(checkRule(nest(MAX_RULE_DEPTH)), [])
    assert.match(checkRule(nest(MAX_RULE_DEPTH + 1))[0]?.message ?? '', /32 levels/)
  })

  const hostile: JsonValue[] = [
    { var: 'contact.constructor.name' },
    { var: ['event.__proto__', 1] },
    { var: 'prototype' },
    { missing: ['a', 'b.__proto__'] },
    { missing: [['a.constructor']] },
    { missing_some: [1, ['a', 'constructor']] },
  ]
  for (const rule of hostile) {
    it(`does not name what leads to a prototype: ${JSON.stringify(rule)}`, () => {
      assert.match(checkRule({ '!': [rule] })[0]?.message ?? '', /cannot be read/)
    })
  }

  it('may compare with such a name', () => {
    assert.deepEqual(checkRule({ '==': [{ var: 'event.word' }, 'constructor'] }), [])
  })

  it('names data by text, a number or a rule', () => {
    for (const name of ['event.a', 1, '', null, { cat: ['event.', 'a'] }])
      assert.deepEqual(checkRule({ var: [name] }), [])
    for (const name of [['event.a'], true])
      assert.match(checkRule({ var: [name] })[0]?.message ?? '', /a name/)
  })

  it('is told every fault at once', () => {
    const rule = { or: [{ log: 1 }, { '==': [{ var: 'a.__proto__' }, { method: ['a', 'b'] }] }] }
    assert.deepEqual(
      checkRule(rule).map(({ field }) => field),
      ['rule.or[0].log', 'rule.or[1].==[0].var', 'rule.or[1].==[1].method'],
    )
  })
})
