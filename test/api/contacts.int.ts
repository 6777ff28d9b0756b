import assert from 'node:assert/strict'
import { type TestApi, type TestProject, useProject } from '../support/api.js'
import { callerOf, faultsOf } from '../support/http.js'

describe('contacts over HTTP', () => {
  let api: TestApi
  let project: TestProject
  useProject((opened, made) => {
    api = opened
    project = made
  })
  const make = (body: object) => project.call('POST', '/contacts', { body })

  it('makes a contact of an address and updates it by the address again', async () => {
    const made = await make({ email: ' Ann@Example.COM ', data: { plan: 'free', age: 3 } })
    assert.equal(made.status, 201)
    assert.deepEqual(Object.keys(made.body as object).sort(), [
      'createdAt',
      'data',
      'email',
      'id',
      'subscribed',
      'updatedAt',
    ])
    assert.deepEqual([made.at('email'), made.at('subscribed')], ['ann@example.com', true])
    assert.match(String(made.at('createdAt')), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const again = await make({
      email: 'ann@example.com',
      subscribed: false,
      data: { plan: 'pro', age: null },
    })
    assert.equal(again.status, 200)
    assert.deepEqual([again.at('id'), again.at('subscribed')], [made.at('id'), false])
    assert.deepEqual(again.at('data'), { plan: 'pro' })
    assert.deepEqual((await project.call('GET', `/contacts/${made.at('id')}`)).body, again.body)
  })

  it('merges data by the rules of events', async () => {
    const data = {
      a: null,
      b: '',
      c: { value: 1, persistent: false },
      d: { value: 2, persistent: true },
      id: 'x',
      email: 'y',
      unsubscribeUrl: 'z',
      subscribeUrl: 'z',
      manageUrl: 'z',
      deep: { 'a.b': { $set: 1, '': [null, ''] }, _bsontype: 'ObjectId', $ref: 'x', $id: 'y' },
    }
    const made = await make({ email: 'a@example.com', data })
    assert.deepEqual(made.at('data'), { d: 2, deep: data.deep })
    const read = await project.call('GET', `/contacts/${made.at('id')}`)
    assert.deepEqual(read.at('data'), { d: 2, deep: data.deep })
  })

  it('changes what a PATCH names and nothing else', async () => {
    const made = await make({ email: 'a@example.com', data: { x: 1, y: 2 } })
    const path = `/contacts/${made.at('id')}`
    const patched = await project.call('PATCH', path, { body: { data: { y: null, z: [1] } } })
    assert.equal(patched.status, 200)
    assert.deepEqual([patched.at('data'), patched.at('subscribed')], [{ x: 1, z: [1] }, true])
    const moved = await project.call('PATCH', path, { body: { email: 'B@example.com' } })
    assert.deepEqual([moved.status, moved.at('email'), moved.at('id')], [200, 'b@example.com', made.at('id')])
    assert.equal((await project.call('PATCH', path, { body: {} })).status, 200)
  })

  it('refuses an address that another has', async () => {
    const one = await make({ email: 'a@example.com' })
    await make({ email: 'b@example.com' })
    const reply = await project.call('PATCH', `/contacts/${one.at('id')}`, {
      body: { email: 'B@Example.com' },
    })
    assert.deepEqual([reply.status, reply.at('error.code')], [409, 'CONFLICT'])
    const same = await project.call('PATCH', `/contacts/${one.at('id')}`, {
      body: { email: 'A@example.com' },
    })
    assert.equal(same.status, 200)
  })

  it('makes a new person of an address that another left', async () => {
    const first = await make({ email: 'a@example.com' })
    await project.call('PATCH', `/contacts/${first.at('id')}`, { body: { email: 'b@example.com' } })
    const second = await make({ email: 'a@example.com' })
    assert.equal(second.status, 201)
    assert.notEqual(second.at('id'), first.at('id'))
  })

  it('loses no field of many changes at once', async () => {
    const made = await make({ email: 'a@example.com' })
    const path = `/contacts/${made.at('id')}`
    const fields = Array.from({ length: 20 }, (_, n) => `f${n}`)
    const replies = await Promise.all(
      fields.map((field) => project.call('PATCH', path, { body: { data: { [field]: 1 } } })),
    )
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
    const { body } = await project.call('GET', path)
    assert.deepEqual(Object.keys((body as { data: object }).data).sort(), [...fields].sort())
  })

  it('makes one contact of many upserts at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => make({ email: 'a@example.com', data: { [`f${n}`]: n } })),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.equal(replies.filter(({ status }) => status === 200).length, 9)
    assert.equal(new Set(replies.map((reply) => reply.at('id'))).size, 1)
  })

  it('erases: nobody finds the contact any more, and a new one of that address is another', async () => {
    const made = await make({ email: 'a@example.com', data: { secret: 'x' } })
    const path = `/contacts/${made.at('id')}`
    assert.equal((await project.call('DELETE', path)).status, 204)
    for (const method of ['GET', 'DELETE']) {
      const reply = await project.call(method, path)
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    }
    assert.equal((await project.call('PATCH', path, { body: {} })).status, 404)
    assert.deepEqual((await project.call('GET', '/contacts')).at('data'), [])
    const again = await make({ email: 'a@example.com' })
    assert.deepEqual([again.status, again.at('data')], [201, {}])
    assert.notEqual(again.at('id'), made.at('id'))
    const kept = await api.db.collection('contacts').findOne({ erasedAt: { $exists: true } })
    assert.deepEqual(Object.keys(kept ?? {}).sort(), ['_id', 'erasedAt', 'erasing', 'projectId'])
  })

  it('shows nothing of another project', async () => {
    const made = await make({ email: 'a@example.com' })
    const other = await api.newProject()
    const path = `/contacts/${made.at('id')}`
    for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as const) {
      const reply = await other.call(method, path, body === undefined ? {} : { body })
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    }
    assert.deepEqual((await other.call('GET', '/contacts')).at('data'), [])
    assert.equal((await other.call('POST', '/contacts', { body: { email: 'a@example.com' } })).status, 201)
  })

  it('answers a malformed id as an unknown one, and needs a secret key', async () => {
    const reply = await project.call('GET', '/contacts/nonsense')
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    assert.equal((await callerOf(api.url, project.publicKey)('GET', '/contacts')).status, 403)
    assert.equal((await callerOf(api.url, null)('GET', '/contacts')).status, 401)
  })

  const refusals: [string, unknown, number, Record<string, string>][] = [
    ['no address', {}, 422, { email: 'required' }],
    ['no address at all', { email: 'nobody' }, 422, { email: 'invalid_format' }],
    ['two addresses', { email: 'a@example.com,b@example.com' }, 422, { email: 'invalid_format' }],
    ['an address that is a number', { email: 1 }, 422, { email: 'invalid_type' }],
    ['an unknown field', { email: 'a@example.com', x: 1 }, 422, { x: 'unknown_field' }],
    ['data that is a list', { email: 'a@example.com', data: [] }, 422, { data: 'invalid_type' }],
    ['data that is null', { email: 'a@example.com', data: null }, 422, { data: 'invalid_type' }],
    ['a key with $', { email: 'a@example.com', data: { $x: 1 } }, 422, { 'data.$x': 'invalid_key' }],
    ['a key with a dot', { email: 'a@example.com', data: { 'a.b': 1 } }, 422, { 'data.a.b': 'invalid_key' }],
    ['an empty key', { email: 'a@example.com', data: { '': 1 } }, 422, { 'data.': 'invalid_key' }],
    ['a key with NUL', { email: 'a@example.com', data: { 'a\0b': 1 } }, 422, { 'data.a\0b': 'invalid_key' }],
    ['a large value', { email: 'a@example.com', data: { x: 'y'.repeat(262_144) } }, 422, { data: 'too_big' }],
    ['subscribed as text', { email: 'a@example.com', subscribed: 'no' }, 422, { subscribed: 'invalid_type' }],
    ['__proto__', '{"email":"a@example.com","data":{"__proto__":{}}}', 400, {}],
    ['constructor, deep', '{"email":"a@example.com","data":{"x":{"constructor":1}}}', 400, {}],
    ['broken JSON', '{"email"', 400, {}],
    ['a list', [], 422, { body: 'invalid_type' }],
  ]
  for (const [what, body, status, faults] of refusals) {
    it(`refuses ${what}`, async () => {
      const reply = await project.call('POST', '/contacts', { body })
      assert.equal(reply.status, status)
      assert.deepEqual(faultsOf(reply), faults)
    })
  }

  it('names all faults at once', async () => {
    const reply = await make({ data: { $a: 1, b: 1 }, subscribed: 1, x: 1 })
    assert.deepEqual(Object.keys(faultsOf(reply)).sort(), ['data.$a', 'email', 'subscribed', 'x'])
  })

  it('keeps a contact within 256 KiB', async () => {
    const made = await make({ email: 'a@example.com', data: { x: 'y'.repeat(200_000) } })
    const path = `/contacts/${made.at('id')}`
    const body = { data: { z: 'y'.repeat(100_000) } }
    const reply = await project.call('PATCH', path, { body })
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { data: 'too_big' }])
    assert.equal((await make({ email: 'a@example.com', ...body })).status, 422)
    const swapped = await project.call('PATCH', path, { body: { data: { ...body.data, x: null } } })
    assert.equal(swapped.status, 200)
  })
})
