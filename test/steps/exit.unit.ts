import assert from 'node:assert/strict'
import { branchesOf, configFaults } from '../../src/steps/index.js'
import { aStep, someFacts } from '../support/facts.js'
import { decideBy, needsBy } from '../support/steps.js'

describe('An EXIT', () => {
  it('ends by its reason', () => {
    const reason = 'unsubscribed'
    assert.deepEqual(decideBy(aStep('EXIT', { reason }), someFacts()), { type: 'exit', reason })
    assert.deepEqual(decideBy(aStep('EXIT'), someFacts()), { type: 'exit', reason: 'exit_step' })
  })

  it('has a reason of at most 200 characters, and nothing else', () => {
    assert.deepEqual(configFaults('EXIT', { reason: 'x'.repeat(200) }), [])
    const faults = configFaults('EXIT', { reason: 'x'.repeat(201), why: 1 }).map(({ field }) => field)
    assert.deepEqual(faults, ['config.reason', 'config.why'])
    assert.deepEqual(configFaults('EXIT', { reason: 5 })[0]?.field, 'config.reason')
  })

  it('needs nothing and has no branches', () => {
    assert.deepEqual(needsBy(aStep('EXIT')), { contact: false, execution: false })
    assert.deepEqual(branchesOf(aStep('EXIT')), [])
  })
})
