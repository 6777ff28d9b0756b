import assert from 'node:assert/strict'
import { derivedId, parseId, uuidV8 } from '../../src/workflow/ids.js'

describe('An id', () => {
  it('is a UUID in lower case', () => {
    assert.equal(parseId('0123ABCD-0000-4000-8000-0000000000EF'), '0123abcd-0000-4000-8000-0000000000ef')
    for (const text of ['', 'x', '0123abcd00004000800000000000000ef', '0123abcd-0000-4000-8000-0000000000eg'])
      assert.equal(parseId(text), null)
    assert.equal(parseId(' 0123abcd-0000-4000-8000-0000000000ef'), null)
  })

  it('is made of a digest as UUID of version 8', () => {
    assert.equal(uuidV8('f'.repeat(64)), 'ffffffff-ffff-8fff-bfff-ffffffffffff')
    assert.equal(uuidV8('0'.repeat(64)), '00000000-0000-8000-8000-000000000000')
  })

  it('is the same for the same parts in every process, and another for any others', () => {
    // Stored ids depend on it: this value must never change.
    assert.equal(derivedId(['a', 1]), '135f17a4-75a6-8afd-aeaf-3759ad2e45ad')

    const ids = [['a', 1], ['a', '1'], ['a1'], [['a', 1]], ['a', 1, null], []].map((parts) =>
      derivedId(parts),
    )
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.equal(parseId(id), id)
  })
})
