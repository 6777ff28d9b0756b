import assert from 'node:assert/strict'
import { z } from 'zod'
import { branchesOf, configFaults, STEP_DEFINITIONS, stepDefinition } from '../../src/steps/index.js'
import { zodFaults } from '../../src/steps/zodFaults.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { STEP_KINDS, type StepKind } from '../../src/workflow/step.js'
import { aStep } from '../support/facts.js'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('The list of step kinds', () => {
  it('has every kind under its own name', () => {
    assert.deepEqual(Object.keys(STEP_DEFINITIONS), [...STEP_KINDS])
    for (const kind of STEP_KINDS) assert.equal(stepDefinition(kind).type, kind)
  })

  it('refuses unknown fields in every config', () => {
    for (const kind of STEP_KINDS) {
      const fields = configFaults(kind, { bogus: 1 }).map(({ field }) => field)
      assert.ok(fields.includes('config.bogus'), `${kind}: ${fields}`)
    }
  })

  it('knows no branches of a TRIGGER or of a config that cannot be read', () => {
    assert.deepEqual(branchesOf(aStep('TRIGGER', { eventName: 'a' })), [])
    assert.deepEqual(branchesOf(aStep('CONDITION', { field: 'nope' })), [])
  })
})

describe('What is wrong with a config', () => {
  it('is told by field, message and code, wherever the config stands', () => {
    const [first, second] = configFaults('CONDITION', { field: 'a', operator: 'is' }, 'steps[3].config')
    assert.equal(first?.field, 'steps[3].config.field')
    assert.match(first?.message ?? '', /^must be contact\.id/)
    assert.deepEqual(second && [second.field, second.code], ['steps[3].config.operator', 'invalid_value'])
    const [rule] = configFaults('CONDITION', { rule: { log: 1 } })
    assert.deepEqual(rule && [rule.field, rule.code], ['config.rule.log', 'invalid_rule'])
    const [key] = configFaults('UPDATE_CONTACT', { data: { $a: 1 } })
    assert.deepEqual(key && [key.field, key.code], ['config.data.$a', 'invalid_key'])
  })

  const several: readonly (readonly [StepKind, JsonObject, readonly string[]])[] = [
    ['WEBHOOK', { url: 'ftp://a', method: 'X', previousSecret: SECRET }, ['method', 'previousSecret', 'url']],
    [
      'WEBHOOK',
      { url: 'http://a', headers: { Host: 'a', 'X-A': 1 }, retries: 11 },
      ['headers.Host', 'headers.X-A', 'retries'],
    ],
    ['UPDATE_CONTACT', { bogus: 1 }, ['bogus', 'data']],
    ['UPDATE_CONTACT', { data: 1, updates: {}, bogus: 1 }, ['bogus', 'data', 'updates']],
    ['SEND_EMAIL', { recipient: { type: 'CUSTOM', bogus: 1 } }, ['recipient.bogus', 'recipient.customEmail']],
    ['SEND_EMAIL', { recipient: { type: 'CUSTOM', customEmail: 1 } }, ['recipient.customEmail']],
    ['SEND_EMAIL', { templateId: 'x', recipient: 1 }, ['recipient', 'templateId']],
    [
      'CONDITION',
      { mode: 'multi', field: 'x', branches: [{ id: 'a', name: '' }, 1, { id: 'a' }] },
      [
        'branches[0].name',
        'branches[0].operator',
        'branches[1]',
        'branches[2].id',
        'branches[2].name',
        'branches[2].operator',
        'field',
      ],
    ],
    ['DELAY', { amount: -1, unit: 'weeks' }, ['amount', 'unit']],
  ]
  for (const [kind, config, fields] of several)
    it(`is told all at once, also what lies between fields: ${kind} ${JSON.stringify(config)}`, () => {
      const told = new Set(configFaults(kind, config).map(({ field }) => field))
      assert.deepEqual(
        [...told].sort(),
        fields.map((field) => `config.${field}`),
      )
    })

  it('of several forms is told by the one that was meant', () => {
    const [form] = configFaults('DELAY', { timeOfDay: '9', timezone: 'UTC' })
    assert.equal(form?.field, 'config.timeOfDay')
  })

  it('is told where no form fits and none is closer', () => {
    const parsed = z
      .object({ a: z.union([z.string(), z.number()]) })
      .safeParse({ a: true }, { reportInput: true })
    assert.deepEqual(
      zodFaults(parsed.error?.issues ?? [], 'body').map(({ field, code }) => [field, code]),
      [['body.a', 'invalid_type']],
    )
    const by = z.discriminatedUnion('t', [z.object({ t: z.literal('x') })]).safeParse({ t: 'y' })
    assert.deepEqual(
      zodFaults(by.error?.issues ?? [], 'body').map(({ field, code }) => [field, code]),
      [['body.t', 'invalid_value']],
    )
  })
})
