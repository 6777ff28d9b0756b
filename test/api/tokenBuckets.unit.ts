import assert from 'node:assert/strict'
import { createTokenBuckets } from '../../src/api/tokenBuckets.js'

describe('token buckets', () => {
  let now = 0
  const buckets = (perSecond: number) => createTokenBuckets(perSecond, () => now)
  beforeEach(() => {
    now = 0
  })
  const takeAll = (take: () => boolean) => {
    let taken = 0
    while (take()) taken += 1
    return taken
  }

  it('begin full, fill drop by drop, and never hold more than a second brings', () => {
    const { take } = buckets(10)
    const all = () => takeAll(() => take('a').allowed)
    assert.equal(all(), 10)
    now += 99
    assert.equal(all(), 0)
    now += 1
    assert.equal(all(), 1)
    now += 250
    assert.equal(all(), 2)
    now += 50
    assert.equal(all(), 1, 'half a token was kept')
    now += 60_000
    assert.equal(all(), 10)
  })

  it('do not allow twice the rate around the turn of a second', () => {
    const { take } = buckets(10)
    const all = () => takeAll(() => take('a').allowed)
    all()
    now = 990
    assert.equal(all(), 9)
    now = 1_010
    assert.equal(all(), 1)
  })

  it('say what is left, when there is one again and when all are', () => {
    const { take } = buckets(2)
    assert.deepEqual(take('a'), { allowed: true, remaining: 1, fullInMs: 500, nextInMs: 0 })
    assert.deepEqual(take('a'), { allowed: true, remaining: 0, fullInMs: 1_000, nextInMs: 500 })
    now += 100
    const { allowed, remaining, fullInMs, nextInMs } = take('a')
    assert.deepEqual([allowed, remaining, Math.round(fullInMs), Math.round(nextInMs)], [false, 0, 900, 400])
  })

  it('are one for each name, and empty ones stay however many names come', () => {
    const { take } = buckets(1)
    assert.equal(take('a').allowed, true)
    for (let name = 0; name < 10_100; name += 1) {
      now += 0.02
      assert.equal(take(`other ${name}`).allowed, true)
    }
    assert.equal(take('a').allowed, false)
    now += 1_000
    assert.equal(take('a').allowed, true)
  })
})
