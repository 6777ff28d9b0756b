import assert from 'node:assert/strict'
import { createFirstJoin } from '../../consumers/run/firstJoin.js'

describe('the first join of a group', () => {
  it('is tried again until it succeeded, and then never again', async () => {
    const first = createFirstJoin(60_000)
    assert.equal(await first.mayTryAgain(), true)
    first.joined()
    assert.equal(await first.mayTryAgain(), false)
  })

  it('is given up in the end', async () => {
    assert.equal(await createFirstJoin(0).mayTryAgain(), false)
  })
})
