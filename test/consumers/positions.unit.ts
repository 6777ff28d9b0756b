import assert from 'node:assert/strict'
import { createPositions } from '../../consumers/run/positions.js'

describe("A consumer's places", () => {
  it('are those of the group until something is handled', () => {
    const positions = createPositions()
    positions.assign([0, 1])
    assert.deepEqual([positions.assigned(), [...positions.all()]], [[0, 1], []])
    positions.startFrom(0, 5)
    positions.handled(1, 3, positions.giving())
    positions.startFrom(1, 2)
    positions.startFrom(2, 9)
    assert.deepEqual(
      [...positions.all()],
      [
        [0, 5],
        [1, 3],
      ],
    )
  })

  it('are taken anew when the group is given out: others may have gone further meanwhile', () => {
    const positions = createPositions()
    positions.assign([0])
    const before = positions.giving()
    positions.handled(0, 5, before)
    positions.assign([0])
    positions.startFrom(0, 8)
    positions.handled(0, 6, before)
    assert.deepEqual([...positions.all()], [[0, 8]])
    positions.handled(0, 9, positions.giving())
    assert.deepEqual([...positions.all()], [[0, 9]])
    positions.assign([])
    assert.deepEqual([positions.assigned(), [...positions.all()]], [[], []])
  })

  it('are brought into line with the log while nothing is in hand', () => {
    const positions = createPositions()
    positions.assign([0])
    positions.align(0, { low: 0, high: 0 })
    assert.equal(positions.all().get(0), 0)
    positions.handled(0, 4, positions.giving())
    positions.busy(0, true)
    positions.align(0, { low: 6, high: 9 })
    assert.equal(positions.all().get(0), 4)
    positions.busy(0, false)
    positions.align(0, { low: 6, high: 9 })
    assert.equal(positions.all().get(0), 6)
    positions.align(0, { low: 0, high: 3 })
    assert.equal(positions.all().has(0), false)
    positions.align(1, { low: 0, high: 0 })
    assert.equal(positions.all().has(1), false)
  })
})
