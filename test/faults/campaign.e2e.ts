import assert from 'node:assert/strict'
import { type Arena, openArena } from '../../scripts/faults/arena.js'
import { broken } from '../../scripts/faults/counts.js'
import { ROWS } from '../../scripts/faults/rows.js'

/** What nothing else in the suite shows on real processes, in two minutes; `npm run faults -- all` runs every row, and more of it. */
const SHORT = ['failpoints', 'copies', 'race-wait']
const AMOUNT = { seed: 1, rate: 20, seconds: 12, trials: 150, hot: 500, backlog: 1_000 }

describe('a short fault campaign on real processes', () => {
  let arena: Arena
  before(async () => {
    arena = await openArena(() => undefined)
  })
  after(() => arena.close())

  for (const name of SHORT) {
    const row = ROWS.find((one) => one.name === name)
    it(`keeps every promise through: ${row?.sentence}`, async function () {
      this.timeout(900_000)
      assert.ok(row !== undefined)
      const counts = await row.run(arena, AMOUNT)
      assert.deepEqual(broken(counts), [], JSON.stringify(counts))
    })
  }
})
