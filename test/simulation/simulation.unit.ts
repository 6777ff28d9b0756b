import assert from 'node:assert/strict'
import { explain, simulate } from './simulate.js'

const SEEDS = 2_000
const AT_ONCE = 100
/** Far more than they take: only a run that never ends fails by time. */
const LIMIT_MS = 120_000

describe('The engine in a simulated world', () => {
  for (let from = 1; from <= SEEDS; from += AT_ONCE)
    it(`keeps its promises in seeds ${from} to ${from + AT_ONCE - 1}`, async () => {
      for (let seed = from; seed < from + AT_ONCE; seed++) {
        const { problems } = await simulate(seed)
        if (problems.length > 0) assert.fail(await explain(seed))
      }
    }).timeout(LIMIT_MS)

  it('replays a seed to the last message', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const first = await simulate(seed, { timeline: true })
      assert.ok(first.timeline.length > 10)
      assert.deepEqual(await simulate(seed, { timeline: true }), first)
      assert.deepEqual({ ...(await simulate(seed)), timeline: first.timeline }, first)
    }
  }).timeout(LIMIT_MS)
})
