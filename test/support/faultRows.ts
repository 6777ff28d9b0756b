import assert from 'node:assert/strict'
import type { Arena } from '../../scripts/faults/arena.js'
import { broken } from '../../scripts/faults/counts.js'
import { ROWS } from '../../scripts/faults/rows.js'

const AMOUNT = { seed: 1, rate: 20, seconds: 12, trials: 150, hot: 500, backlog: 1_000 }

/** A row of `npm run faults`, for some seconds. */
export function keepsThrough(name: string, arena: () => Arena): void {
  const row = ROWS.find((one) => one.name === name)
  it(`keeps every promise through: ${row?.sentence}`, async function () {
    this.timeout(900_000)
    assert.ok(row !== undefined)
    const counts = await row.run(arena(), AMOUNT)
    assert.deepEqual(broken(counts), [], JSON.stringify(counts))
  })
}
