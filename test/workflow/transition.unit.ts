import assert from 'node:assert/strict'
import { branchOf, byPriority } from '../../src/workflow/transition.js'
import { aTransition } from '../support/facts.js'

describe('The transitions of a step', () => {
  it('are tried by priority, then age, then id', () => {
    const at = (priority: number, ms: number, id: string) => ({
      ...aTransition('a', 'b', null, id),
      priority,
      createdAt: new Date(ms),
    })
    const sorted = [at(0, 5, 'z'), at(1, 1, 'a'), at(1, 1, 'b'), at(1, 2, 'a')]
    for (const mixed of [sorted, [...sorted].reverse()]) assert.deepEqual([...mixed].sort(byPriority), sorted)
  })

  it('name a branch only by a condition that does nothing else', () => {
    assert.equal(branchOf({ branch: 'yes' }), 'yes')
    for (const condition of [null, {}, { branch: 1 }, { branch: 'yes', other: 1 }, { '==': [1, 1] }])
      assert.equal(branchOf(condition), null)
    assert.equal(branchOf(Object.create({ branch: 'yes' })), null)
  })
})
