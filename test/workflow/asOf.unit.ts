import assert from 'node:assert/strict'
import { asOfBehind, asOfOf } from '../../src/workflow/asOf.js'
import { unBrokered } from '../../src/workflow/contactEvent.js'

const at = (second: number) => new Date(1_000 * second)

describe('The time of an event that goes on with the steps', () => {
  it('is handed on, or is not there', () => {
    assert.deepEqual(asOfOf({ asOf: at(1) }), { asOf: at(1) })
    for (const none of [{}, null, undefined]) assert.deepEqual(asOfOf(none), {})
  })

  it('goes on to when a step was over, never back and never beyond now', () => {
    for (const [over, expected] of [
      [at(5), at(5)],
      [at(2), at(3)],
      [at(99), at(9)],
      [null, at(3)],
      [undefined, at(3)],
    ] as const)
      assert.deepEqual(asOfBehind({ asOf: at(3), now: at(9) }, over), { asOf: expected })
    assert.deepEqual(asOfBehind({ now: at(9) }, at(5)), {})
  })

  it("comes from the broker's clock", () => {
    assert.deepEqual(
      unBrokered(at(10), (time) => new Date(time.getTime() + 3_000)),
      at(7),
    )
  })
})
