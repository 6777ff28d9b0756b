import assert from 'node:assert/strict'
import { branchesOf, configFaults, stepDefinition } from '../../src/steps/index.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aStep, someFacts } from '../support/facts.js'
import { decideBy, needsBy } from '../support/steps.js'

const update = (config: JsonObject) => aStep('UPDATE_CONTACT', config)

describe('The config of an UPDATE_CONTACT', () => {
  const faults = (config: JsonObject) => configFaults('UPDATE_CONTACT', config).map(({ field }) => field)

  const good: JsonObject[] = [
    { data: { plan: 'pro', old: null, list: [1, { a: '{{ event.a }}' }] } },
    { updates: { plan: 'pro' } },
    { data: {} },
    { subscriptionAction: 'none' },
    { data: { a: 1 }, subscriptionAction: 'unsubscribe' },
  ]
  for (const config of good)
    it(`can be ${JSON.stringify(config)}`, () => assert.deepEqual(faults(config), []))

  const bad: [JsonObject, string[]][] = [
    [{}, ['config.data']],
    [{ data: { a: 1 }, updates: { b: 1 } }, ['config.updates']],
    [{ data: [], subscriptionAction: 'maybe' }, ['config.data', 'config.subscriptionAction']],
    [
      { data: { 'a.b': 1, $c: 1, email: 'x', ok: 1 } },
      ['config.data.a.b', 'config.data.$c', 'config.data.email'],
    ],
    [{ updates: { id: 1, unsubscribeUrl: 'x' } }, ['config.updates.id', 'config.updates.unsubscribeUrl']],
    [{ data: { a: 'x'.repeat(262_144) } }, ['config.data']],
    [{ subscriptionAction: 'subscribe', fields: {} }, ['config.fields']],
  ]
  for (const [config, fields] of bad) {
    it(`cannot be ${JSON.stringify(config).slice(0, 70)}`, () => assert.deepEqual(faults(config), fields))
  }
})

describe('An UPDATE_CONTACT', () => {
  const facts = someFacts({ contact: aContact({ data: { name: 'Ada' } }), context: { amount: 5 } })

  it('renders its texts, however deep, and leaves everything else', () => {
    const data = {
      greeting: 'Hi {{ contact.data.name }}',
      nested: { list: ['{{ event.amount }}', 5, null], plain: 'as it is' },
      gone: null,
      count: 3,
    }
    assert.deepEqual(decideBy(update({ data }), facts), {
      type: 'updateContact',
      patch: {
        data: {
          greeting: 'Hi Ada',
          nested: { list: ['5', 5, null], plain: 'as it is' },
          gone: null,
          count: 3,
        },
        subscribed: null,
      },
    })
  })

  it('takes updates for data', () => {
    const patch = { data: { a: 1 }, subscribed: null }
    assert.deepEqual(decideBy(update({ updates: { a: 1 } }), facts), { type: 'updateContact', patch })
  })

  for (const [action, subscribed] of [
    ['none', null],
    ['subscribe', true],
    ['unsubscribe', false],
  ] as const) {
    it(`can ${action}`, () => {
      const patch = { data: {}, subscribed }
      assert.deepEqual(decideBy(update({ subscriptionAction: action }), facts), {
        type: 'updateContact',
        patch,
      })
    })
  }

  it('fails where a text cannot be rendered', () => {
    const outcome = decideBy(update({ data: { a: '{{ event.a | no_such_filter }}' } }), facts)
    assert.equal(outcome.type === 'fail' && outcome.error.code, 'TEMPLATE_FAILED')
  })

  it('hides no other fault', () => {
    const renderer = {
      render: (): string => {
        throw new RangeError('a defect')
      },
    }
    assert.throws(() => decideBy(update({ data: { a: '{{ event.a }}' } }), facts, renderer), /a defect/)
  })

  it('needs the contact and that its execution still stands there, and what its texts name', () => {
    const needs = (text: string) => needsBy(update({ data: { text } }))
    assert.deepEqual(needs('plain'), { contact: true, execution: false, place: true })
    assert.deepEqual(needs('{% if event.a %}x{% endif %}'), { contact: true, execution: true, place: true })
    const subscribing = needsBy(update({ subscriptionAction: 'none' }))
    assert.deepEqual(subscribing, { contact: true, execution: false, place: true })
  })

  it('says which fields are Liquid', () =>
    assert.deepEqual(stepDefinition('UPDATE_CONTACT').liquid, ['data', 'updates']))

  it('has no branches', () => assert.deepEqual(branchesOf(update({ data: {} })), []))
})
