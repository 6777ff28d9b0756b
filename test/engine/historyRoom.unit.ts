import assert from 'node:assert/strict'
import { HISTORY_TOO_LARGE, hasRoomFor } from '../../src/engine/historyRoom.js'
import { anEntry } from '../support/executionValues.js'

describe('Room in a history', () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, n) => anEntry(n, { output: 'x'.repeat(16_000) }))

  it('is 4 MiB, the entry that comes included', () => {
    assert.equal(hasRoomFor(entries(250), anEntry(1, { output: 'x'.repeat(16_000) })), true)
    assert.equal(hasRoomFor(entries(260), anEntry(1, { output: 'x'.repeat(16_000) })), false)
    assert.match(HISTORY_TOO_LARGE.message, /4194304/)
  })

  it('is never asked for by a step that goes on', () => {
    assert.equal(hasRoomFor(entries(300), null), true)
  })
})
