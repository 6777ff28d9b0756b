import assert from 'node:assert/strict'
import { keptFor } from '../../consumers/timers/handledUpTo.js'

describe('What is kept for a while', () => {
  it('is asked for again when it is older, or the clock was set back, and after a failure', async () => {
    let [nowMs, asked] = [1_000, 0]
    const clock = { now: () => new Date(nowMs) }
    const kept = keptFor(100, clock, async () => {
      asked++
      if (asked === 3) throw new Error('away')
      return asked
    })
    assert.deepEqual([await kept(), await kept()], [1, 1])
    nowMs = 1_099
    assert.equal(await kept(), 1)
    nowMs = 1_100
    assert.equal(await kept(), 2)
    nowMs = 900
    await assert.rejects(kept(), /away/)
    assert.equal(await kept(), 4)
  })
})
