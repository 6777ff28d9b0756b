import assert from 'node:assert/strict'
import { contactScope, ruleScope, triggerRuleHolds, waitRuleHolds } from '../../src/workflow/ruleScope.js'
import { aContact } from '../support/facts.js'

const contact = aContact({ data: { plan: 'pro' } })

describe('The data of rules', () => {
  it('shows a contact without what is ours alone', () => {
    assert.deepEqual(contactScope(contact), {
      id: contact.id,
      email: 'ada@example.org',
      subscribed: true,
      data: { plan: 'pro' },
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-02-01T00:00:00.000Z',
    })
  })

  it('has every root under all of its names', () => {
    const event = { amount: 5 }
    const data = ruleScope(contact, event)
    assert.deepEqual(data, { contact: contactScope(contact), data: { plan: 'pro' }, event, workflow: event })
    assert.deepEqual(ruleScope(null, event), { contact: null, data: null, event, workflow: event })
  })
})

describe('The rule of a trigger', () => {
  const rule = {
    and: [{ '>': [{ var: 'event.amount' }, 10] }, { '==': [{ var: 'contact.data.plan' }, 'pro'] }],
  }

  it('runs over event and contact', () => {
    assert.deepEqual(triggerRuleHolds(rule, { contact, event: { amount: 11 } }), { ok: true, value: true })
    assert.deepEqual(triggerRuleHolds(rule, { contact, event: { amount: 10 } }), { ok: true, value: false })
    assert.deepEqual(triggerRuleHolds(rule, { contact: null, event: { amount: 11 } }), {
      ok: true,
      value: false,
    })
  })

  it('answers why it cannot be run', () => {
    assert.equal(triggerRuleHolds({ log: 1 }, { contact, event: {} }).ok, false)
  })
})

describe('The rule of a wait', () => {
  it('runs over the arriving event, the event that started it all, and the contact', () => {
    const rule = {
      and: [{ '==': [{ var: 'event.order' }, { var: 'trigger.order' }] }, { var: 'contact.subscribed' }],
    }
    const facts = { contact, event: { order: 7 } }
    assert.deepEqual(waitRuleHolds(rule, { ...facts, trigger: { order: 7 } }), { ok: true, value: true })
    assert.deepEqual(waitRuleHolds(rule, { ...facts, trigger: { order: 8 } }), { ok: true, value: false })
  })
})
