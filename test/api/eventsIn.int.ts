import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { callerOf, faultsOf } from '../support/http.js'

const KIB_256 = 256 * 1024

describe('events over HTTP', () => {
  let api: TestApi
  let project: TestProject
  const outbox = keepingOutbox()
  before(async () => {
    api = await startApi({ outbox })
    project = await api.newProject()
  })
  beforeEach(() => outbox.sent.events.splice(0))
  after(() => api.close())
  const ways = {
    '/v1/track': (more: object) => {
      const { name = 'bought', ...rest } = { email: 'ann@example.com', ...more } as { name?: unknown }
      return project.call('POST', '/v1/track', { body: { event: name, ...rest } })
    },
    '/events': (more: object) =>
      project.call('POST', '/events', { body: { name: 'bought', email: 'ann@example.com', ...more } }),
  } as const
  const send = (body: unknown, headers = {}) => project.call('POST', '/events', { body, headers })

  it('are tracked with the public key, and answered with the ids that they are known by', async () => {
    const pk = callerOf(api.url, project.publicKey)
    const occurredAt = '2026-02-03T04:05:06.007Z'
    const body = { event: ' bought ', email: ' Ann@Example.com', data: { a: 1 }, occurredAt, eventId: 'e1' }
    const tracked = await pk('POST', '/v1/track', { body })
    assert.deepEqual([tracked.status, tracked.at('success')], [200, true])
    assert.deepEqual(Object.keys(tracked.at('data') as object).sort(), ['contact', 'event', 'timestamp'])
    assert.equal(tracked.at('data.timestamp'), occurredAt)
    const contact = await project.call('POST', '/contacts', { body: { email: 'ann@example.com' } })
    assert.equal(contact.at('id'), tracked.at('data.contact'), 'the contact that is made later has this id')
    const [sent] = outbox.sent.events as Record<string, unknown>[]
    const { name, email, data, eventId, projectId, cause } = sent ?? {}
    assert.deepEqual(
      { name, email, data, eventId, projectId, cause },
      {
        name: 'bought',
        email: 'ann@example.com',
        data: { a: 1 },
        eventId: 'e1',
        projectId: project.id,
        cause: null,
      },
    )
    const again = await send({ name: 'other', email: 'ann@example.com', eventId: 'e1' })
    assert.deepEqual(again.at('events'), [tracked.at('data.event')], 'the identity is contact and eventId')
  })

  it('name the id that the contact will have, also where an address was left behind or erased', async () => {
    const email = 'moving@example.com'
    const tracked = async () =>
      (await project.call('POST', '/v1/track', { body: { event: 'a', email } })).at('data.contact')
    const made = async () => (await project.call('POST', '/contacts', { body: { email } })).at('id')
    const first = await tracked()
    assert.equal(await made(), first)
    await project.call('PATCH', `/contacts/${first}`, { body: { email: 'moved@example.com' } })
    const second = await tracked()
    assert.equal(await made(), second)
    await project.call('DELETE', `/contacts/${second}`)
    const third = await tracked()
    assert.equal(await made(), third)
    assert.equal(await tracked(), third)
    assert.equal(new Set([first, second, third]).size, 3)
  })

  it('come one by one or up to 1,000 together', async () => {
    const one = await send({ name: 'a', email: 'a@example.com' })
    assert.deepEqual([one.status, one.at('accepted')], [202, 1])
    const most = Array.from({ length: 1_000 }, (_, at) => ({ name: 'a', email: `${at}@example.com` }))
    const many = await send(most)
    assert.deepEqual([many.status, many.at('accepted')], [202, 1_000])
    assert.equal(new Set(many.at('events') as string[]).size, 1_000)
    assert.equal(outbox.sent.events.length, 1_001)
    assert.deepEqual(faultsOf(await send([...most, ...most.slice(0, 1)])), { body: 'too_big' })
    assert.deepEqual((await send([])).body, { accepted: 0, events: [] })
  })

  it('have the Idempotency-Key as their eventId, with their place in a list', async () => {
    const key = { 'Idempotency-Key': 'order-1' }
    const event = { name: 'a', email: 'a@example.com' }
    await send(event, key)
    await send([event, { ...event, eventId: 'own' }, event], key)
    await project.call('POST', '/v1/track', { body: { event: 'a', email: 'a@example.com' }, headers: key })
    assert.deepEqual(
      outbox.sent.events.map((sent) => (sent as { eventId: string }).eventId),
      ['order-1', 'order-1:0', 'own', 'order-1:2', 'order-1'],
    )
    for (const [wrong, body] of [
      ['', event],
      ['x'.repeat(201), event],
      ['x'.repeat(197), [event]],
    ] as const)
      assert.deepEqual(faultsOf(await send(body, { 'Idempotency-Key': wrong })), {
        'Idempotency-Key': 'invalid_value',
      })
  })

  it('go to a contact by its id, and to nobody where one of them is nobody', async () => {
    const contact = await project.call('POST', '/contacts', { body: { email: 'known@example.com' } })
    const contactId = contact.at('id')
    const sent = await send([
      { name: 'a', contactId },
      { name: 'b', email: 'known@example.com' },
    ])
    assert.equal(sent.status, 202)
    assert.deepEqual(
      outbox.sent.events.map((event) => (event as { email: string }).email),
      ['known@example.com', 'known@example.com'],
    )
    outbox.sent.events.splice(0)
    const nobody = randomUUID()
    const refused = await send([
      { name: 'a', contactId },
      { name: 'a', contactId: nobody },
    ])
    assert.deepEqual([refused.status, refused.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    assert.deepEqual(faultsOf(refused), { '[1].contactId': 'not_found' })
    const stranger = await api.newProject()
    const foreign = await stranger.call('POST', '/events', { body: { name: 'a', contactId } })
    assert.deepEqual([foreign.status, foreign.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    assert.deepEqual(outbox.sent.events, [])
  })

  const reserved = [
    'email.clicked',
    'email.click',
    'email.sent',
    'email.x',
    'contact.subscribed',
    'contact.unsubscribed',
  ]
  for (const [path, way] of Object.entries(ways)) {
    const field = path === '/v1/track' ? 'event' : 'name'
    for (const name of reserved)
      it(`are refused by ${path} under the reserved name ${name}`, async () =>
        assert.deepEqual(faultsOf(await way({ name })), { [field]: 'reserved_name' }))

    const bad: readonly (readonly [object, readonly string[]])[] = [
      [{ name: '' }, [field]],
      [{ name: ' ' }, [field]],
      [{ name: 'x'.repeat(201) }, [field]],
      [{ name: { $ne: null } }, [field]],
      [{ email: 'nobody' }, ['email']],
      [{ email: { $gt: '' } }, ['email']],
      [{ email: ['a@example.com'] }, ['email']],
      [{ eventId: '' }, ['eventId']],
      [{ eventId: 'x'.repeat(201) }, ['eventId']],
      [{ eventId: 'a\0b' }, ['eventId']],
      [{ occurredAt: 'yesterday' }, ['occurredAt']],
      [{ occurredAt: '2026-02-30T00:00:00Z' }, ['occurredAt']],
      [{ occurredAt: 1_700_000_000_000 }, ['occurredAt']],
      [{ subscribed: 'yes' }, ['subscribed']],
      [{ data: [1] }, ['data']],
      [{ data: null }, ['data']],
      [{ data: { 'a.b': 1, $x: 1, '': 1, 'a\0': 1, fine: 1 } }, ['data.$x', 'data.', 'data.a\0', 'data.a.b']],
      [{ data: { a: 'x'.repeat(KIB_256) } }, ['data']],
      [{ projectId: randomUUID(), cause: {} }, ['cause', 'projectId']],
      [{ name: '', email: 'nobody', eventId: '', foo: 1 }, ['email', 'eventId', 'foo', field]],
    ]
    for (const [more, fields] of bad)
      it(`are refused by ${path} with every fault: ${JSON.stringify(more).slice(0, 50)}`, async () => {
        const reply = await way(more)
        assert.deepEqual([reply.status, reply.at('error.code')], [422, 'VALIDATION_ERROR'])
        assert.deepEqual(Object.keys(faultsOf(reply)).sort(), [...fields].sort())
        assert.deepEqual(outbox.sent.events, [])
      })

    it(`may be as large as they are allowed to be on ${path}`, async () => {
      const data = { a: 'x'.repeat(KIB_256 - '{"a":""}'.length) }
      assert.ok([200, 202].includes((await way({ data })).status))
    })
  }

  it('name a contact in just one way, and their place in a list where they are wrong', async () => {
    assert.deepEqual(faultsOf(await send({ name: 'a' })), { email: 'required' })
    assert.deepEqual(faultsOf(await send({ name: 'a', email: 'a@example.com', contactId: randomUUID() })), {
      email: 'required',
    })
    const reply = await send([{ name: 'a', email: 'a@example.com' }, { name: '', email: 'x' }, 7])
    assert.deepEqual(Object.keys(faultsOf(reply)).sort(), ['[1].email', '[1].name', '[2]'])
    assert.deepEqual(outbox.sent.events, [])
  })

  it('are answered with 503 in time while Kafka takes nothing', async () => {
    const never = { ...keepingOutbox(), publish: () => new Promise<never>(() => {}) }
    const stuck = await startApi({ outbox: never, publishWithinMs: 100 })
    try {
      const reply = await (await stuck.newProject()).call('POST', '/events', {
        body: { name: 'a', email: 'a@example.com' },
      })
      assert.deepEqual([reply.status, reply.at('error.code')], [503, 'SERVICE_UNAVAILABLE'])
      assert.equal(reply.headers.get('retry-after'), '1')
      assert.doesNotMatch(JSON.stringify(reply.body), /kafka|broker/i)
    } finally {
      await stuck.close()
    }
  })
})
