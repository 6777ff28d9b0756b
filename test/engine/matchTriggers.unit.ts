import assert from 'node:assert/strict'
import { matchTriggers, triggerTable } from '../../src/engine/matchTriggers.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { TriggerConfig, Workflow } from '../../src/workflow/workflow.js'
import { aContact } from '../support/facts.js'
import { workflowOf } from '../support/workflowValues.js'

function enabled(name: string, triggerConfig: TriggerConfig, more: Partial<Workflow> = {}): Workflow {
  return { ...workflowOf({ name, triggerConfig }), enabled: true, ...more }
}

function started(workflows: readonly Workflow[], name: string, context: JsonObject = {}) {
  const contact = aContact({ data: { plan: 'pro' } })
  return matchTriggers(triggerTable(workflows), { name, context }, contact).map(({ trigger, fault }) =>
    fault === null ? trigger.workflow.name : `${trigger.workflow.name}: ${fault}`,
  )
}

describe('Matching triggers', () => {
  it('finds every enabled workflow of the event', () => {
    const all = [
      enabled('a', { eventName: 'x' }),
      enabled('b', { eventName: 'x' }),
      enabled('other', { eventName: 'y' }),
      enabled('disabled', { eventName: 'x' }, { enabled: false }),
      enabled('by hand', { eventName: 'x' }, { triggerType: 'MANUAL' }),
      enabled('without a trigger', { eventName: 'x' }, { steps: [] }),
    ]
    assert.deepEqual(started(all, 'x'), ['a', 'b'])
    assert.deepEqual(started(all, 'z'), [])
  })

  it('tells which enabled workflows can run for nobody', () => {
    const broken = enabled('broken', { eventName: 'x' }, { steps: [] })
    const told: string[] = []
    triggerTable([broken, enabled('a', { eventName: 'x' })], ({ name }, fault) => told.push(name, fault))
    assert.deepEqual(told, ['broken', 'it has no TRIGGER'])
  })

  it('knows aliases of e-mail events by their one name', () => {
    assert.deepEqual(started([enabled('a', { eventName: 'email.click' })], 'email.clicked'), ['a'])
  })

  it('asks a rule over the event and the contact, by all their names', () => {
    const rule = (path: string, value: string): JsonObject => ({ '==': [{ var: path }, value] })
    const asked: [string, string, boolean][] = [
      ['event.kind', 'new', true],
      ['event.kind', 'old', false],
      ['workflow.kind', 'new', true],
      ['contact.data.plan', 'pro', true],
      ['data.plan', 'pro', true],
      ['contact.email', 'ada@example.org', true],
    ]
    for (const [path, value, holds] of asked) {
      const workflow = enabled('a', { eventName: 'x', rule: rule(path, value) })
      assert.deepEqual(started([workflow], 'x', { kind: 'new' }), holds ? ['a'] : [], path)
    }
  })

  it("goes by JSON Logic's own truth: an empty list does not hold", () => {
    const rule = { var: 'event.list' }
    assert.deepEqual(started([enabled('a', { eventName: 'x', rule })], 'x', { list: [] }), [])
    assert.deepEqual(started([enabled('a', { eventName: 'x', rule })], 'x', { list: [0] }), ['a'])
  })

  it('says why a rule cannot be evaluated', () => {
    const [answer = ''] = started([enabled('a', { eventName: 'x', rule: { '+': 1, '-': 2 } })], 'x')
    assert.match(answer, /^a: ./)
  })
})
