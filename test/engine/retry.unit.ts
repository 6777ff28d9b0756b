import assert from 'node:assert/strict'
import { EFFECT_RETRY, retryDelay } from '../../src/engine/retry.js'

describe('The delay before another try', () => {
  const policy = { ...EFFECT_RETRY, retries: 4 }

  it('grows fourfold and takes about a quarter of an hour in all', () => {
    const spans = [1, 2, 3, 4].map((tries) => retryDelay(policy, tries, 0.5, null) ?? 0)
    assert.deepEqual(spans, [10_000, 40_000, 160_000, 640_000])
    assert.equal(spans.reduce((sum, ms) => sum + ms, 0) / 60_000, 14.166666666666666)
  })

  it('is anywhere in its span', () => {
    assert.equal(retryDelay(policy, 1, 0, null), 0)
    assert.equal(retryDelay(policy, 1, 0.999, null), 19_980)
  })

  it('does not exist once the tries are used up', () => {
    assert.equal(retryDelay(policy, 5, 0.5, null), null)
    assert.equal(retryDelay({ ...policy, retries: 0 }, 1, 0.5, 1_000), null)
  })

  it('is no longer than the longest span, and no shorter than the other side asks', () => {
    assert.equal(retryDelay({ ...policy, retries: 10 }, 10, 0.999, null), 3_596_400)
    assert.equal(retryDelay(policy, 1, 0.5, 60_000), 60_000)
    assert.equal(retryDelay(policy, 1, 0.5, 1), 10_000)
    assert.equal(retryDelay(policy, 1, 0.5, 86_400_000), 3_600_000)
  })
})
