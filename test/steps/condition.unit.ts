import assert from 'node:assert/strict'
import { branchesOf, configFaults } from '../../src/steps/index.js'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'
import { CONDITION_OPERATORS } from '../../src/workflow/operators.js'
import { aContact, aStep, someFacts } from '../support/facts.js'
import { decideBy, needsBy } from '../support/steps.js'

const condition = (config: JsonObject) => aStep('CONDITION', config)
const multi = (branches: JsonValue[], field = 'event.a'): JsonObject => ({ mode: 'multi', field, branches })
const branch = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  name: id,
  operator: 'exists',
  ...more,
})

describe('The config of a CONDITION', () => {
  const faults = (config: JsonObject) => configFaults('CONDITION', config).map(({ field }) => field)

  for (const operator of CONDITION_OPERATORS) {
    it(`can compare by ${operator}`, () => {
      for (const value of ['pro', 1, true, null, ['a'], { a: 1 }])
        assert.deepEqual(faults({ field: 'contact.data.plan', operator, value }), [])
      assert.deepEqual(faults({ field: 'event.plan', operator }), [])
    })
  }

  it('can have up to twenty branches, or a rule', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => branch(`b${index}`, { value: index }))
    assert.deepEqual(faults(multi(twenty)), [])
    assert.deepEqual(faults({ rule: { '==': [{ var: 'event.a' }, 1] } }), [])
  })

  const bad: [JsonObject, string[]][] = [
    [{}, ['config.field', 'config.operator']],
    [{ field: 'plan', operator: 'is', value: 1 }, ['config.field', 'config.operator']],
    [{ field: 'event.a', operator: 'equals', value: 'x'.repeat(4095) }, ['config.value']],
    [{ field: 'event.a', operator: 'equals', values: 1 }, ['config.values']],
    [multi([]), ['config.branches']],
    [multi(Array.from({ length: 21 }, (_, index) => branch(`b${index}`))), ['config.branches']],
    [multi([branch('a'), branch('b'), branch('a')]), ['config.branches[2].id']],
    [multi([branch('default'), branch('__proto__')]), ['config.branches[0].id', 'config.branches[1].id']],
    [multi([{ id: '', operator: 'exists' }]), ['config.branches[0].id', 'config.branches[0].name']],
    [multi([branch('a', { extra: 1 })], 'nope'), ['config.field', 'config.branches[0].extra']],
    [{ rule: { and: [{ nope: 1 }, { log: 1 }] } }, ['config.rule.and[0].nope', 'config.rule.and[1].log']],
    [{ rule: { var: 'event.__proto__' } }, ['config.rule.var']],
    [{ rule: [] }, ['config.rule']],
  ]
  for (const [config, fields] of bad) {
    it(`cannot be ${JSON.stringify(config).slice(0, 70)}`, () => assert.deepEqual(faults(config), fields))
  }
})

describe('A CONDITION', () => {
  const contact = aContact({ data: { plan: 'pro' } })
  const facts = someFacts({ contact, context: { amount: 12 }, steps: { s: { output: { ok: true } } } })

  it('is done by the branch, with the values it was decided on', () => {
    assert.deepEqual(
      decideBy(condition({ field: 'contact.data.plan', operator: 'equals', value: 'pro' }), facts),
      {
        type: 'done',
        branch: 'yes',
        values: { 'contact.data.plan': 'pro' },
      },
    )
    assert.deepEqual(decideBy(condition({ rule: { '<': [{ var: 'event.amount' }, 5] } }), facts), {
      type: 'done',
      branch: 'no',
      values: { 'event.amount': 12 },
    })
  })

  it('reads outputs of earlier steps', () => {
    const outcome = decideBy(condition(multi([branch('done')], 'steps.s.output.ok')), facts)
    assert.deepEqual(outcome.type === 'done' && outcome.branch, 'done')
  })

  it('fails where its rule cannot be run', () => {
    const outcome = decideBy(condition({ rule: { in: ['x', { var: 'event.odd' }] } }), {
      ...facts,
      context: { odd: { indexOf: 1 } },
    })
    assert.equal(outcome.type === 'fail' && outcome.error.code, 'RULE_FAILED')
  })

  it('names its branches', () => {
    assert.deepEqual(branchesOf(condition({ field: 'event.a', operator: 'exists' })), ['yes', 'no'])
    assert.deepEqual(branchesOf(condition({ rule: { '!': [true] } })), ['yes', 'no'])
    assert.deepEqual(branchesOf(condition(multi([branch('a'), branch('b')]))), ['a', 'b', 'default'])
  })

  it('needs only what it reads', () => {
    const needs = (field: string) => needsBy(condition({ field, operator: 'exists' }))
    assert.deepEqual(needs('event.a'), { contact: false, execution: true })
    assert.deepEqual(needs('workflow.a'), { contact: false, execution: true })
    assert.deepEqual(needs('steps.s.output'), { contact: false, execution: true })
    assert.deepEqual(needs('contact.email'), { contact: true, execution: false })
    assert.deepEqual(needs('data.a'), { contact: true, execution: false })
    assert.deepEqual(needsBy(condition({ rule: { '!': [true] } })), { contact: false, execution: false })
  })
})
