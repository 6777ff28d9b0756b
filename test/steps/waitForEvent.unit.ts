import assert from 'node:assert/strict'
import { branchesOf, configFaults } from '../../src/steps/index.js'
import { checkWaitRule, waitRuleHolds } from '../../src/steps/waitForEvent.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aStep, someFacts } from '../support/facts.js'
import { decideBy, needsBy } from '../support/steps.js'

const wait = (config: JsonObject) => aStep('WAIT_FOR_EVENT', config)

describe('The config of a WAIT_FOR_EVENT', () => {
  const faults = (config: JsonObject) => configFaults('WAIT_FOR_EVENT', config).map(({ field }) => field)

  const good: JsonObject[] = [
    { eventName: 'paid' },
    { eventName: 'email.clicked', timeout: 86_400, since: 'start' },
    { eventName: 'paid', timeout: 31_536_000, since: 'step' },
    { eventName: 'paid', timeout: 0.5, rule: { '>': [{ var: 'event.amount' }, { var: 'trigger.amount' }] } },
  ]
  for (const config of good)
    it(`can be ${JSON.stringify(config)}`, () => assert.deepEqual(faults(config), []))

  const bad: [JsonObject, string[]][] = [
    [{}, ['config.eventName']],
    [{ eventName: '  ', timeout: 0 }, ['config.eventName', 'config.timeout']],
    [{ eventName: 'x'.repeat(201) }, ['config.eventName']],
    [{ eventName: 'paid', timeout: 31_536_001, since: 'now' }, ['config.timeout', 'config.since']],
    [{ eventName: 'paid', timeout: '60' }, ['config.timeout']],
    [{ eventName: 'paid', rule: { log: 1 } }, ['config.rule.log']],
    [{ eventName: 'paid', rule: 'x' }, ['config.rule']],
    [{ eventName: 'paid', rule: {} }, ['config.rule']],
    [{ eventName: 'paid', a: 1, b: 2 }, ['config.a', 'config.b']],
  ]
  for (const [config, fields] of bad) {
    it(`cannot be ${JSON.stringify(config).slice(0, 60)}`, () => assert.deepEqual(faults(config), fields))
  }
})

describe('A WAIT_FOR_EVENT', () => {
  it('waits from when it was entered until its timeout', () => {
    const facts = someFacts({ enteredAt: new Date('2026-03-01T00:00:00.000Z') })
    const until = new Date('2026-03-01T00:01:30.000Z')
    assert.deepEqual(decideBy(wait({ eventName: ' paid ', timeout: 90, since: 'start' }), facts), {
      type: 'wait',
      names: ['paid'],
      since: 'start',
      until,
    })
  })

  it('waits for ever without one, since the step before it', () => {
    const outcome = { type: 'wait', names: ['paid'], since: 'step', until: null }
    assert.deepEqual(decideBy(wait({ eventName: 'paid' }), someFacts()), outcome)
  })

  it('never ends early by a fraction', () => {
    const facts = someFacts({ enteredAt: new Date(0) })
    const outcome = decideBy(wait({ eventName: 'paid', timeout: 0.0001 }), facts)
    assert.deepEqual(outcome.type === 'wait' && outcome.until, new Date(1))
  })

  it('takes an e-mail event by any of its names', () => {
    const outcome = decideBy(wait({ eventName: 'email.open' }), someFacts())
    assert.deepEqual(outcome.type === 'wait' && outcome.names, ['email.opened'])
  })

  it('is left by event or timeout', () => {
    assert.deepEqual(branchesOf(wait({ eventName: 'paid' })), ['event', 'timeout'])
  })

  it('needs what its rule reads', () => {
    const needs = (rule?: JsonObject) =>
      needsBy(wait({ eventName: 'a', ...(rule === undefined ? {} : { rule }) }))
    assert.deepEqual(needs(), { contact: false, execution: false })
    assert.deepEqual(needs({ var: 'event.a' }), { contact: false, execution: false })
    assert.deepEqual(needs({ var: 'contact.data.a' }), { contact: true, execution: false })
    assert.deepEqual(needs({ var: 'trigger.a' }), { contact: false, execution: true })
  })
})

describe('The rule of a WAIT_FOR_EVENT', () => {
  const facts = someFacts({ contact: aContact({ data: { plan: 'pro' } }), context: { order: 7 } })
  const holds = (rule: JsonObject, event: JsonObject) => waitRuleHolds({ eventName: 'a', rule }, event, facts)

  it('is asked about the arriving event', () => {
    const same = { '==': [{ var: 'event.order' }, { var: 'trigger.order' }] }
    assert.equal(holds(same, { order: 7 }), true)
    assert.equal(holds(same, { order: 8 }), false)
    assert.equal(holds({ '==': [{ var: 'contact.data.plan' }, 'pro'] }, {}), true)
  })

  it('sees wrapped values as the context will hold them', () => {
    assert.equal(
      holds({ '==': [{ var: 'event.code' }, 'x'] }, { code: { value: 'x', persistent: false } }),
      true,
    )
  })

  it('holds where there is none', () => assert.equal(waitRuleHolds({ eventName: 'a' }, {}, facts), true))

  it('does not hold where it cannot be run, and says why', () => {
    const rule = { in: ['x', { var: 'event.odd' }] }
    const odd = { odd: { indexOf: 1 } }
    assert.equal(holds(rule, odd), false)
    const result = checkWaitRule({ eventName: 'a', rule }, odd, facts)
    assert.ok(!result.ok && result.error.length > 0)
  })
})
