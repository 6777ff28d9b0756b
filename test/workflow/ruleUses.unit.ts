import assert from 'node:assert/strict'
import type { JsonValue } from '../../src/workflow/json.js'
import { pathsOf, usesOf } from '../../src/workflow/rule.js'

const NOTHING = { contact: false, event: false, steps: false, trigger: false }
const EVERYTHING = { contact: true, event: true, steps: true, trigger: true }

describe('What a rule reads', () => {
  const rows: [JsonValue, object][] = [
    [{ '==': [1, 1] }, NOTHING],
    [{ var: 'contact.data.plan' }, { ...NOTHING, contact: true }],
    [{ var: 'data.plan' }, { ...NOTHING, contact: true }],
    [{ var: ['event.plan', 'free'] }, { ...NOTHING, event: true }],
    [{ var: 'workflow.plan' }, { ...NOTHING, event: true }],
    [{ var: 'steps.a.output' }, { ...NOTHING, steps: true }],
    [{ var: 'trigger.plan' }, { ...NOTHING, trigger: true }],
    [{ var: 'contacts.plan' }, NOTHING],
    [{ var: 1 }, NOTHING],
    [{ var: ['event.a', { var: 'contact.email' }] }, { ...NOTHING, contact: true, event: true }],
    [{ and: [[{ var: 'event.a' }], { '!': { var: 'steps.a' } }] }, { ...NOTHING, event: true, steps: true }],
    [{ missing: ['contact.data.a', 'event.b'] }, { ...NOTHING, contact: true, event: true }],
    [{ missing: [['event.b']] }, { ...NOTHING, event: true }],
    [{ missing_some: [1, ['steps.a', 'x']] }, { ...NOTHING, steps: true }],
    [{ a: 1, b: { var: 'event.a' } }, NOTHING],
  ]
  for (const [rule, uses] of rows) {
    it(`is told from its names: ${JSON.stringify(rule)}`, () => assert.deepEqual(usesOf(rule), uses))
  }

  const open: JsonValue[] = [
    { var: { cat: ['event', '.a'] } },
    { var: '' },
    { var: [] },
    { var: null },
    { missing: { var: 'event.names' } },
    { missing_some: [1, { var: 'event.names' }] },
  ]
  for (const rule of open) {
    it(`is everything where names are open: ${JSON.stringify(rule)}`, () => {
      assert.deepEqual(usesOf({ '!': [rule] }), EVERYTHING)
    })
  }

  it('leaves out the body of a loop, which sees one element only', () => {
    for (const op of ['map', 'filter', 'all', 'none', 'some']) {
      const rule = { [op]: [{ var: 'event.items' }, { '==': [{ var: '' }, { var: 'contact.id' }] }] }
      assert.deepEqual(usesOf(rule), { ...NOTHING, event: true })
    }
    const sum = { reduce: [{ var: 'event.items' }, { var: 'accumulator' }, { var: 'contact.data.n' }] }
    assert.deepEqual(usesOf(sum), { ...NOTHING, event: true, contact: true })
  })

  it('lists the paths once each', () => {
    const rule = { or: [{ var: 'event.a' }, { var: ['contact.id'] }, { var: 'event.a' }] }
    assert.deepEqual(pathsOf(rule), ['event.a', 'contact.id'])
  })
})
