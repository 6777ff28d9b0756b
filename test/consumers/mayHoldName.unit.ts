import assert from 'node:assert/strict'
import { mayHoldName } from '../../consumers/replay/mayHoldName.js'
import { canonicalName } from '../../src/workflow/contactEvent.js'

describe('whether bytes may be an event of a name', () => {
  const json = (name: string) => Buffer.from(JSON.stringify({ name, email: 'a@example.com' }))
  const avro = (name: string) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 2, name.length]), Buffer.from(name)])

  it('is told by the name itself, in JSON and in Avro', () => {
    const may = mayHoldName('bought')
    for (const write of [json, avro])
      assert.deepEqual(
        [may(write('bought')), may(write(' bought ')), may(write('viewed'))],
        [true, true, false],
      )
    assert.equal(may(null), false)
    assert.equal(may(Buffer.alloc(0)), false)
  })

  it('holds for every name that means the same', () => {
    for (const name of ['email.click', 'email.clicked'])
      assert.equal(mayHoldName(canonicalName(name))(json(name)), true, name)
    assert.equal(mayHoldName('email.clicked')(json('email.open')), false)
    assert.equal(mayHoldName('email.clicked')(json('email.click')), true)
    assert.equal(mayHoldName('email.delivered')(avro('email.delivery')), true)
  })

  it('cannot be ruled out where JSON escapes characters', () => {
    assert.equal(mayHoldName('bought')(Buffer.from('{"name":"\\u0062ought"}')), true)
    assert.equal(mayHoldName('größe')(json('größe')), true)
    assert.equal(mayHoldName('a"b')(json('a"b')), true)
    assert.equal(mayHoldName('bought')(avro('with a \\ in it')), false)
  })
})
