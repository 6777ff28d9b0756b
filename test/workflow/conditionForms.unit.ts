import assert from 'node:assert/strict'
import jsonLogic, { type RulesLogic } from 'json-logic-js'
import {
  type ConditionConfig,
  compileCondition,
  conditionBranches,
  conditionUses,
  decideCondition,
} from '../../src/workflow/condition.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { checkRule } from '../../src/workflow/rule.js'

const DATA: JsonObject = {
  contact: {
    id: 'c1',
    email: 'ada@example.org',
    subscribed: true,
    data: { plan: 'pro', seats: 12, address: { city: 'Bern' } },
  },
  event: { amount: 40, list: [1], long: 'x'.repeat(65), short: 'x'.repeat(64) },
  steps: { s1: { output: { statusCode: 200 } } },
}

function branchOf(config: ConditionConfig, data = DATA): string {
  const result = decideCondition(config, data)
  return result.ok ? result.value.branch : result.error
}

function valuesOf(config: ConditionConfig): JsonObject | null {
  const result = decideCondition(config, DATA)
  return result.ok ? result.value.values : null
}

describe('A condition', () => {
  for (const field of ['contact.data.plan', 'data.plan']) {
    it(`reads ${field}`, () => assert.equal(branchOf({ field, operator: 'equals', value: 'pro' }), 'yes'))
  }
  for (const field of ['event.amount', 'workflow.amount']) {
    it(`reads ${field}`, () => assert.equal(branchOf({ field, operator: 'equals', value: 40 }), 'yes'))
  }
  it('reads into nested objects, outputs and lists', () => {
    assert.equal(branchOf({ field: 'data.address.city', operator: 'equals', value: 'Bern' }), 'yes')
    assert.equal(branchOf({ field: 'steps.s1.output.statusCode', operator: 'equals', value: 200 }), 'yes')
    assert.equal(branchOf({ field: 'steps.s2.output.statusCode', operator: 'exists' }), 'no')
    assert.equal(branchOf({ field: 'event.list.0', operator: 'equals', value: 1 }), 'yes')
    assert.equal(branchOf({ field: 'contact.subscribed', operator: 'equals', value: true }), 'yes')
  })

  for (const field of [
    ...['contact.data.constructor', 'data.__proto__', 'event.toString', 'event.list.map', 'data.plan.length'],
    ...[
      'event.list.constructor.name',
      'steps.constructor.output',
      'data.address.hasOwnProperty',
      'data.plan.0',
    ],
  ]) {
    it(`finds no own property at ${field}`, () => {
      assert.equal(branchOf({ field, operator: 'exists' }), 'no')
      assert.equal(branchOf({ field, operator: 'equals' }), 'yes')
    })
  }

  it('compares an address without case', () => {
    const field = 'contact.email'
    assert.equal(branchOf({ field, operator: 'equals', value: 'Ada@Example.ORG' }), 'yes')
    assert.equal(branchOf({ field, operator: 'notEquals', value: 'ADA@example.org' }), 'no')
    assert.equal(branchOf({ field, operator: 'contains', value: '@EXAMPLE.' }), 'yes')
    assert.equal(branchOf({ field, operator: 'notContains', value: '@EXAMPLE.' }), 'no')
    assert.equal(branchOf({ field, operator: 'equals', value: 5 }), 'no')
    assert.equal(branchOf({ field, operator: 'exists' }, { contact: { email: null } }), 'no')
    const upper = { contact: { email: 'ADA@EXAMPLE.ORG' } }
    assert.equal(branchOf({ field, operator: 'equals', value: 'ada@example.org' }, upper), 'yes')
  })

  it('takes the first of several branches that holds, else the default', () => {
    const branches = [
      { id: 'big', name: 'Big', operator: 'greaterThanOrEqual', value: 100 },
      { id: 'medium', name: 'Medium', operator: 'greaterThan', value: '10' },
      { id: 'some', name: 'Some', operator: 'exists' },
    ] as const
    const config = { mode: 'multi', field: 'contact.data.seats', branches } as const
    const seats = (value: number | null) => branchOf(config, { contact: { data: { seats: value } } })
    assert.deepEqual([seats(100), seats(99), seats(10), seats(null)], ['big', 'medium', 'some', 'default'])
    assert.deepEqual(conditionBranches(config), ['big', 'medium', 'some', 'default'])
  })

  it('takes a rule for yes and no, by the truth of JSON Logic', () => {
    assert.equal(branchOf({ rule: { '>': [{ var: 'event.amount' }, 39] } }), 'yes')
    assert.equal(branchOf({ rule: { filter: [{ var: 'event.list' }, false] } }), 'no')
    assert.deepEqual(conditionBranches({ rule: {} }), ['yes', 'no'])
    assert.deepEqual(conditionBranches({ field: 'event.a', operator: 'exists' }), ['yes', 'no'])
  })

  it('answers why it cannot be decided', () => {
    assert.match(branchOf({ rule: { log: 1 } }), /"log" is no operator/)
    assert.match(branchOf({ field: 'plan', operator: 'exists' }), /"plan" is no field/)
    let deep: JsonObject = {}
    for (let level = 0; level < 50_000; level++) deep = { deep }
    assert.match(
      branchOf({ field: 'event.a', operator: 'equals', value: {} }, { event: { a: deep } }),
      /stack/,
    )
  })

  it('is standard JSON Logic that json-logic-js decides', () => {
    const branches = [{ id: 'x', name: 'X', operator: 'contains', value: 'p' }] as const
    const { rule, operands } = compileCondition({ mode: 'multi', field: 'data.plan', branches })
    assert.deepEqual(checkRule(rule), [])
    const prepared = operands.map((normal) => normal('pro'))
    assert.equal(jsonLogic.apply(rule as RulesLogic, prepared), 'x')
  })

  it('says what it reads', () => {
    const nothing = { contact: false, event: false, steps: false, trigger: false }
    const uses = (field: string) => conditionUses({ field, operator: 'exists' })
    assert.deepEqual(uses('event.a'), { ...nothing, event: true })
    assert.deepEqual(uses('contact.email'), { ...nothing, contact: true })
    assert.deepEqual(uses('data.a'), { ...nothing, contact: true })
    assert.deepEqual(uses('steps.a.output'), { ...nothing, steps: true })
    assert.deepEqual(conditionUses({ rule: { var: 'event.a' } }), { ...nothing, event: true })
  })
})

describe('The values that a branch was decided on', () => {
  it('are kept by field', () => {
    assert.deepEqual(valuesOf({ field: 'data.plan', operator: 'exists' }), { 'data.plan': 'pro' })
    assert.deepEqual(valuesOf({ field: 'event.none', operator: 'exists' }), { 'event.none': null })
    const rule = { and: [{ var: 'event.amount' }, { var: 'contact.subscribed' }, { var: 'nowhere' }] }
    for (let i = 0; i < 2; i++)
      assert.deepEqual(valuesOf({ rule }), { 'event.amount': 40, 'contact.subscribed': true })
  })

  it('are short', () => {
    const rule = {
      and: ['event.list', 'event.long', 'event.short', 'data.address'].map((name) => ({ var: name })),
    }
    assert.deepEqual(valuesOf({ rule }), { 'event.short': 'x'.repeat(64) })
  })

  it('are few', () => {
    const rule = { or: Array.from({ length: 9 }, (_, n) => ({ var: `event.f${n}` })) }
    assert.equal(Object.keys(valuesOf({ rule }) ?? {}).length, 8)
  })

  it('do not say who the contact is', () => {
    assert.deepEqual(valuesOf({ field: 'contact.email', operator: 'exists' }), {})
    assert.deepEqual(valuesOf({ rule: { var: 'contact.id' } }), {})
  })
})
