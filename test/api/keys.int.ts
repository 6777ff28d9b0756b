import assert from 'node:assert/strict'
import { type TestApi, type TestProject, useProject } from '../support/api.js'
import { callerOf, faultsOf } from '../support/http.js'

describe('keys over HTTP', () => {
  let api: TestApi
  let project: TestProject
  useProject((opened, made) => {
    api = opened
    project = made
  })
  const make = (body: object) => project.call('POST', '/keys', { body })

  it('shows a key once, and then only what tells it apart', async () => {
    const made = await make({ type: 'secret', name: ' deploy ' })
    assert.equal(made.status, 201)
    const key = String(made.at('key'))
    assert.match(key, /^sk_[A-Za-z0-9]{32,}$/)
    assert.deepEqual(Object.keys(made.body as object).sort(), [
      'createdAt',
      'id',
      'key',
      'lastFour',
      'name',
      'prefix',
      'type',
    ])
    assert.deepEqual([made.at('name'), made.at('type')], ['deploy', 'secret'])
    assert.ok(key.startsWith(String(made.at('prefix'))) && key.endsWith(String(made.at('lastFour'))))
    const { key: _key, ...shown } = made.body as { key: string }
    const listed = await project.call('GET', '/keys')
    assert.equal(listed.status, 200)
    assert.deepEqual(listed.at('data.0'), shown)
    assert.equal((listed.at('data') as unknown[]).length, 3)
    assert.equal(JSON.stringify(listed.body).includes(key.slice(8, -5)), false)
  })

  it('opens with a new key at once, to its own project alone', async () => {
    const key = String((await make({ type: 'secret' })).at('key'))
    const reply = await callerOf(api.url, key)('GET', '/project')
    assert.deepEqual([reply.status, reply.at('id'), reply.at('name')], [200, project.id, 'test'])
    assert.deepEqual(Object.keys(reply.body as object).sort(), ['createdAt', 'id', 'name'])
  })

  it('makes public keys that open tracking alone', async () => {
    const made = await make({ type: 'public' })
    assert.deepEqual([made.at('name'), String(made.at('key')).slice(0, 3)], [null, 'pk_'])
    const call = callerOf(api.url, String(made.at('key')))
    assert.equal((await call('GET', '/keys')).status, 403)
    const body = { event: 'seen', email: 'a@example.com' }
    assert.equal((await call('POST', '/v1/track', { body })).status, 200)
  })

  it('kills a key within 5 s', async () => {
    const made = await make({ type: 'secret' })
    const call = callerOf(api.url, String(made.at('key')))
    assert.equal((await call('GET', '/project')).status, 200)
    const startedAt = Date.now()
    assert.equal((await project.call('DELETE', `/keys/${made.at('id')}`)).status, 204)
    let reply = await call('GET', '/project')
    while (reply.status !== 401 && Date.now() - startedAt < 6_000) reply = await call('GET', '/project')
    assert.equal(reply.status, 401)
    assert.equal(reply.headers.get('www-authenticate'), 'Bearer')
    assert.ok(Date.now() - startedAt < 5_000)
    assert.equal((await project.call('DELETE', `/keys/${made.at('id')}`)).status, 404)
  })

  it('keeps the last secret key, whatever is revoked at the same time', async () => {
    const made = await Promise.all([1, 2, 3].map(() => make({ type: 'secret' })))
    const first = await project.call('GET', '/keys')
    const secrets = (first.at('data') as { id: string; type: string }[]).filter(
      ({ type }) => type === 'secret',
    )
    assert.equal(secrets.length, made.length + 1)
    const replies = await Promise.all(secrets.map(({ id }) => project.call('DELETE', `/keys/${id}`)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 204, 204, 409])
    const refused = replies.find(({ status }) => status === 409)
    assert.equal(refused?.at('error.code'), 'CONFLICT')
    const left = await api.deps.keys.list(project.id)
    assert.deepEqual(left.map(({ type }) => type).sort(), ['public', 'secret'])
  })

  it('lets the last public key go', async () => {
    const [{ id } = { id: '' }] = (await api.deps.keys.list(project.id)).filter(
      ({ type }) => type === 'public',
    )
    assert.equal((await project.call('DELETE', `/keys/${id}`)).status, 204)
  })

  it('touches no key of another project', async () => {
    const other = await api.newProject()
    const made = await make({ type: 'public' })
    const reply = await other.call('DELETE', `/keys/${made.at('id')}`)
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'NOT_FOUND'])
  })

  it('keeps no key in the database', async () => {
    const key = String((await make({ type: 'secret' })).at('key'))
    for (const { name } of await api.db.listCollections().toArray()) {
      const dump = JSON.stringify(await api.db.collection(name).find().toArray())
      for (const text of [key, project.secretKey, project.publicKey])
        assert.equal(dump.includes(text.slice(8, -5)), false, name)
    }
  })

  it('refuses what is no key', async () => {
    assert.deepEqual(faultsOf(await make({})), { type: 'required' })
    assert.deepEqual(faultsOf(await make({ type: 'root', name: '', x: 1 })), {
      type: 'invalid_value',
      name: 'too_small',
      x: 'unknown_field',
    })
    assert.equal((await project.call('POST', '/keys')).status, 400)
  })
})
