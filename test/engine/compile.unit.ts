import assert from 'node:assert/strict'
import { compile } from '../../src/engine/compile.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'

const NOTHING = { contact: false, execution: false }

describe('A compiled definition', () => {
  it('is nothing without a TRIGGER', () => {
    assert.equal(compile({ ...aDefinition({}), steps: [] }), null)
  })

  it('has its steps with their parsed configs and their transitions in order', () => {
    const flow = compiled(
      aDefinition({ a: ['EXIT'], b: ['EXIT', { reason: 'bye' }] }, [
        ['TRIGGER', 'a'],
        ['a', 'b', { branch: 'x' }],
        ['a', 'a'],
      ]),
    )
    assert.deepEqual([...flow.steps.keys()], ['a', 'b'])
    assert.deepEqual(stepAt(flow, 'b').config, { ok: true, value: { reason: 'bye' } })
    assert.deepEqual(
      stepAt(flow, 'a').outgoing.map(({ toStepId }) => toStepId),
      ['b', 'a'],
    )
    assert.deepEqual(stepAt(flow, 'b').outgoing, [])
    assert.deepEqual(
      flow.trigger.outgoing.map(({ toStepId }) => toStepId),
      ['a'],
    )
    assert.equal(flow.trigger.step.type, 'TRIGGER')
    assert.deepEqual(compiled(aDefinition({})).trigger.outgoing, [])
  })

  it('keeps why a config cannot be parsed', () => {
    const { config } = stepAt(compiled(aDefinition({ a: ['EXIT', { reason: 1, more: 2 }] })), 'a')
    assert.ok(!config.ok)
    assert.match(config.message, /^config\.reason: .*; /)
  })

  it('needs what its config and the rules of its transitions read', () => {
    const rule = (path: string) => ({ '==': [{ var: path }, 1] })
    const flow = compiled(
      aDefinition({ plain: ['EXIT'], byContact: ['EXIT'], byEvent: ['EXIT'], bad: ['DELAY'] }, [
        ['TRIGGER', 'plain', rule('contact.data.n')],
        ['plain', 'byEvent', { branch: 'x' }],
        ['plain', 'byEvent'],
        ['byContact', 'plain', rule('contact.data.n')],
        ['byEvent', 'plain', rule('event.n')],
        ['bad', 'plain', rule('steps.plain.output.n')],
      ]),
    )
    assert.deepEqual(flow.trigger.needs, { contact: true, execution: false })
    const seen = ['plain', 'byContact', 'byEvent', 'bad'].map((key) => {
      return stepAt(flow, key).needs
    })
    assert.deepEqual(seen, [
      NOTHING,
      { contact: true, execution: false },
      { contact: false, execution: true },
      { contact: false, execution: true },
    ])
    const webhook = stepAt(compiled(aDefinition({ a: ['WEBHOOK', { url: 'https://a.example' }] })), 'a')
    assert.deepEqual(webhook.needs, { contact: true, execution: true })
    const update = stepAt(compiled(aDefinition({ a: ['UPDATE_CONTACT', { data: { n: 1 } }] })), 'a')
    assert.deepEqual(update.needs, { contact: true, execution: false, place: true })
  })
})
