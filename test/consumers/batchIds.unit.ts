import assert from 'node:assert/strict'
import type { Message } from '../../consumers/batch.js'
import { createBatchIds } from '../../consumers/steps/batchIds.js'

function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, n) => {
    return { partition: 0, offset: from + n, key: null, value: null, headers: {}, at: new Date(0) }
  })
}

describe('The ids of batches', () => {
  const idsFrom = () => {
    let made = 0
    return createBatchIds(() => `id ${++made}`)
  }

  it('stay with the messages that were tried with them, however these are cut when they come again', () => {
    const ids = idsFrom()
    assert.equal(ids.idOf(0, messages(8, 10)), 'id 1')
    assert.equal(ids.idOf(0, messages(8, 8)), 'id 1')
    ids.handled(0, 8)
    assert.equal(ids.idOf(0, messages(9, 12)), 'id 1')
    ids.handled(0, 12)
    assert.equal(ids.idOf(0, messages(13, 13)), 'id 2')
  })

  it('are new for what was never tried, and apart for each partition', () => {
    const ids = idsFrom()
    assert.equal(ids.idOf(0, messages(1, 2)), 'id 1')
    assert.equal(ids.idOf(1, messages(1, 2)), 'id 2')
    assert.equal(ids.idOf(0, messages(3, 4)), 'id 3')
    ids.handled(2, 1)
  })
})
