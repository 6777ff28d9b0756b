import assert from 'node:assert/strict'
import { createBrokerTime } from '../../src/brokerTime.js'

describe("the broker's time", () => {
  let nowMs = 0
  const clock = { now: () => new Date(nowMs) }
  const at = (ms: number) => new Date(ms)
  beforeEach(() => {
    nowMs = 1_000_000
  })

  it("is MongoDB's until it was measured", () => {
    const time = createBrokerTime(clock)
    assert.deepEqual(time.of(at(5)), at(5))
    assert.equal(time.ageMs(), null)
  })

  it('is ahead or behind by what a produce told, less half of its trip', () => {
    const time = createBrokerTime(clock)
    time.measured({ at: at(nowMs + 3_600_000 - 10), tripMs: 20 })
    assert.deepEqual(time.of(at(7)), at(7 + 3_600_000))
    nowMs += 250
    assert.equal(time.ageMs(), 250)
  })

  it('goes by the quickest of late, and forgets an old one', () => {
    const time = createBrokerTime(clock)
    time.measured({ at: at(nowMs - 1), tripMs: 2 })
    time.measured({ at: at(nowMs - 400), tripMs: 900 })
    assert.deepEqual(time.of(at(0)), at(0))
    nowMs += 60_000
    time.measured({ at: at(nowMs - 5_000 - 15), tripMs: 30 })
    assert.deepEqual(time.of(at(0)), at(-5_000))
  })
})
