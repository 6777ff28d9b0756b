import assert from 'node:assert/strict'
import { chooseNext } from '../../src/engine/next.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aTransition, someFacts } from '../support/facts.js'

const facts = someFacts({
  contact: aContact({ data: { n: 1 } }),
  context: { list: [], full: [0], text: '' },
  steps: { a: { output: { ok: true } } },
})

function chosen(conditions: readonly (JsonObject | null)[], branch: string | null = null) {
  const outgoing = conditions.map((condition, index) => aTransition('a', `to${index}`, condition))
  const next = chooseNext(outgoing, branch, facts)
  return next.type === 'step' ? next.stepId : next
}

describe('What comes next', () => {
  it('is the first transition whose condition holds', () => {
    assert.equal(chosen([{ branch: 'no' }, { branch: 'yes' }, null], 'yes'), 'to1')
    assert.equal(chosen([{ branch: 'no' }, null, { branch: 'yes' }], 'yes'), 'to1')
    assert.equal(chosen([{ '==': [{ var: 'contact.data.n' }, 2] }, { var: 'steps.a.output.ok' }]), 'to1')
  })

  it('is the end where none holds', () => {
    assert.deepEqual(chosen([]), { type: 'end' })
    assert.deepEqual(chosen([{ branch: 'yes' }], null), { type: 'end' })
  })

  it("goes by JSON Logic's own truth", () => {
    assert.equal(chosen([{ var: 'event.list' }, { var: 'event.text' }, { var: 'event.full' }]), 'to2')
  })

  it('is a fault where a rule cannot be evaluated', () => {
    const next = chosen([{ '+': 1, '-': 2 }, null])
    assert.ok(typeof next === 'object' && next.type === 'fault')
    assert.match(next.message, /^transition a-to0: ./)
  })
})
