import assert from 'node:assert/strict'
import { needsOf, needsOfLiquid, ruleData } from '../../src/steps/scope.js'
import { usesOf } from '../../src/workflow/rule.js'
import { contactScope } from '../../src/workflow/ruleScope.js'
import { aContact, someFacts } from '../support/facts.js'

const NOTHING = { contact: false, execution: false }
const EVERYTHING = { contact: true, execution: true }

describe('What rules run over', () => {
  it('is contact, event and outputs under all their names', () => {
    const contact = aContact({ data: { plan: 'pro' } })
    const context = { amount: 5 }
    const steps = { s: { output: 1 } }
    assert.deepEqual(ruleData(someFacts({ contact, context, steps })), {
      contact: contactScope(contact),
      data: { plan: 'pro' },
      event: context,
      workflow: context,
      steps,
    })
  })
})

describe('What has to be read', () => {
  it('for a rule is what it reads', () => {
    const needs = (path: string) => needsOf(usesOf({ var: path }))
    assert.deepEqual(needs('trigger.a'), NOTHING)
    assert.deepEqual(needs('contact.id'), { contact: true, execution: false })
    assert.deepEqual(needs('steps.s.output'), { contact: false, execution: true })
    assert.deepEqual(needs(''), EVERYTHING)
  })

  const texts: [string, object][] = [
    ['contact and event in plain text', NOTHING],
    ['{{ workflow.name }}', NOTHING],
    ['{{ contacts.email }}', NOTHING],
    ['{{ contact.email }}', { contact: true, execution: false }],
    ['{{ data.plan }}', { contact: true, execution: false }],
    ['{%- if event.a -%}x{%- endif -%}', { contact: false, execution: true }],
    ['{{ steps.s.output }}', { contact: false, execution: true }],
    ['{{ execution.startedAt }}', { contact: false, execution: true }],
    ['{{ event.a }} {{ contact.id }}', EVERYTHING],
    ['{% assign root = "con" | append: "tact" %}{{ [root].email }}', EVERYTHING],
  ]
  for (const [text, needs] of texts) {
    it(`for ${text} is told from its words`, () => assert.deepEqual(needsOfLiquid(['', text]), needs))
  }
})
