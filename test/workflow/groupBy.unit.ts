import assert from 'node:assert/strict'
import { groupBy } from '../../src/workflow/groupBy.js'

describe('Grouping', () => {
  it('keeps the order of the groups and of their items', () => {
    const groups = groupBy([3, 1, 4, 1, 5, 9, 2, 6], (n) => (n % 2 === 0 ? 'even' : 'odd'))
    assert.deepEqual(
      [...groups],
      [
        ['odd', [3, 1, 1, 5, 9]],
        ['even', [4, 2, 6]],
      ],
    )
    assert.deepEqual([...groupBy([], String)], [])
  })
})
