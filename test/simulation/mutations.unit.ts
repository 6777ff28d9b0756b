import assert from 'node:assert/strict'
import { MUTATIONS } from './mutations.js'
import { simulate } from './simulate.js'

/** So many seeds at most until a defect is seen. */
const SEEDS = 300
const LIMIT_MS = 120_000

describe('The simulated world sees that something is wrong', () => {
  for (const mutation of MUTATIONS)
    it(`with ${mutation.name}`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { problems } = await simulate(seed, { mutation })
        if (problems.length > 0) return
      }
      assert.fail(`nothing was seen in ${SEEDS} seeds`)
    }).timeout(LIMIT_MS)
})
