import assert from 'node:assert/strict'
import { changeTo } from '../../src/engine/advance.js'
import type { Change } from '../../src/workflow/change.js'
import { groupChanges, type Planned } from '../../src/workflow/groupChanges.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aMoving, anEntry, NOW, stepId, THEN } from '../support/executionValues.js'

const left = (values?: JsonObject): Change =>
  changeTo(aMoving({ currentStepId: stepId(2) }), [anEntry(1, values === undefined ? {} : { values })])

function planned(id: number, change: Change, seq = 4): Planned {
  const expect = { seq, currentStepId: stepId(1), workflowVersion: 1, standing: 'moving' } as const
  return { id: String(id) as ExecutionId, expect, change }
}

const ids = (list: readonly Planned[]) => groupChanges(list).map((group) => group.ids)

describe('Grouping changes', () => {
  it('writes equal changes from an equal place together, shared or not', () => {
    const shared = left()
    assert.deepEqual(
      ids([planned(1, shared), planned(2, left()), planned(3, shared), planned(4, shared, 5)]),
      [['1', '2', '3'], ['4']],
    )
  })

  it('leaves the entering time out where the step goes on, for the document keeps its own', () => {
    const stay = (enteredAt: Date) => changeTo(aMoving({ enteredAt }), [])
    assert.deepEqual(ids([planned(1, stay(THEN)), planned(2, stay(NOW))]), [['1', '2']])
    const go = (enteredAt: Date) => changeTo(aMoving({ enteredAt }), [anEntry(1)])
    assert.deepEqual(ids([planned(1, go(THEN)), planned(2, go(NOW))]), [['1'], ['2']])
  })

  it('keeps the values of a few variants', () => {
    const list = Array.from({ length: 32 }, (_, n) => planned(n, left({ n: n % 16 })))
    const groups = groupChanges(list)
    assert.equal(groups.length, 16)
    assert.deepEqual(groups[3]?.change.entries[0]?.values, { n: 3 })
  })

  it('leaves values out where they are too many, so that entries group again', () => {
    const list = Array.from({ length: 17 }, (_, n) => planned(n, left({ n })))
    const groups = groupChanges([...list, planned(17, left())])
    assert.equal(groups.length, 1)
    assert.equal(groups[0]?.ids.length, 18)
    assert.deepEqual(groups[0]?.change, left())
  })
})
