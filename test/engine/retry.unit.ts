import assert from 'node:assert/strict'
import { retryDelay } from '../../src/engine/retry.js'

const policy = { retries: 3, baseMs: 1_000, maxMs: 10_000 }

describe('The delay before the next try', () => {
  it('grows by four with every try, up to its limit, and picks from the upper half', () => {
    const spans = [1, 2, 3].map((tries) => [0, 1].map((random) => retryDelay(policy, tries, random, null)))
    assert.deepEqual(spans, [
      [500, 1_000],
      [2_000, 4_000],
      [5_000, 10_000],
    ])
  })

  it('is at least what the other side asks for, within the limit', () => {
    assert.equal(retryDelay(policy, 1, 0, 700), 700)
    assert.equal(retryDelay(policy, 1, 0, 300), 500)
    assert.equal(retryDelay(policy, 1, 0, 1e9), 10_000)
  })

  it('is none where no try is left', () => assert.equal(retryDelay(policy, 4, 0, null), null))
})
