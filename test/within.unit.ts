import assert from 'node:assert/strict'
import { atMost, within } from '../src/within.js'

const never = new Promise<never>(() => undefined)
const late = () => new Error('late')

describe('time limits', () => {
  it('answer what the work comes to', async () => {
    assert.equal(await within(Promise.resolve(7), 10_000, late), 7)
    await assert.rejects(within(Promise.reject(new Error('broken')), 10_000, late), /broken/)
    await assert.rejects(atMost(Promise.reject(new Error('broken')), 10_000), /broken/)
  })

  it('end the waiting: with an error, or as if it were done', async () => {
    await assert.rejects(within(never, 1, late), /late/)
    await atMost(never, 1)
  })
})
