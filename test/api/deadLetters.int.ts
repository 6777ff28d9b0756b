import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { MillraceError } from '../../src/errors.js'
import type { Letter } from '../../src/store/ports/deadLetters.js'
import type { LetterId } from '../../src/workflow/ids.js'
import type { Redriven } from '../../src/workflow/messages.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'

describe('dead letters over HTTP', () => {
  let api: TestApi
  let project: TestProject
  const sent: Redriven[] = []
  const kafka = { away: false }
  before(async () => {
    const redrive = async (messages: readonly Redriven[]) => {
      if (kafka.away) throw new MillraceError('BROKER_AWAY', 'Kafka does not answer.')
      sent.push(...messages)
    }
    api = await startApi({ outbox: { ...keepingOutbox(), redrive } })
  })
  beforeEach(async () => {
    sent.length = 0
    kafka.away = false
    project = await api.newProject()
  })
  after(() => api.close())

  const value = Buffer.from('{"name":""}')
  const letter = (more: Partial<Letter> = {}): Letter => ({
    id: randomUUID() as string as LetterId,
    projectId: project.id,
    status: 'PARKED',
    reason: 'invalid_field',
    message: 'name: must have 1 to 200 characters',
    topic: 'millrace.contact-events',
    partition: 2,
    offset: '17',
    key: Buffer.from('a@example.com'),
    value,
    size: value.length,
    sha256: 'x',
    headers: { 'a.b': 'c' },
    decoded: '{"name":""}',
    parkedAt: new Date(1_000_000),
    settledAt: null,
    ...more,
  })
  const add = async (more: Partial<Letter> = {}) => {
    const one = letter(more)
    await api.deps.deadLetters.add([one])
    return one
  }
  const ids = (data: unknown) => (data as { id: string }[]).map(({ id }) => id)

  it('lists newest first, page by page, by reason, topic, time and status', async () => {
    const old = await add()
    const young = await add({ parkedAt: new Date(2_000_000), reason: 'handler_threw', topic: 't' })
    await add({ projectId: null })
    const all = await project.call('GET', '/dead-letters?limit=1')
    assert.deepEqual([ids(all.at('data')), all.at('hasMore')], [[young.id], true])
    const next = await project.call('GET', `/dead-letters?limit=1&cursor=${all.at('cursor')}`)
    assert.deepEqual([ids(next.at('data')), next.at('hasMore')], [[old.id], false])
    const split = new Date(1_500_000).toISOString()
    const found: readonly (readonly [string, Letter])[] = [
      ['reason=handler_threw', young],
      ['topic=t', young],
      [`from=${split}`, young],
      [`to=${split}`, old],
    ]
    for (const [query, one] of found)
      assert.deepEqual(ids((await project.call('GET', `/dead-letters?${query}`)).at('data')), [one.id], query)
    assert.deepEqual((await project.call('GET', '/dead-letters?status=DROPPED')).at('data'), [])
    assert.equal((await project.call('GET', '/dead-letters?status=gone')).status, 422)
    assert.equal((await project.call('GET', '/dead-letters?from=today')).status, 422)
  })

  it('shows one with its decoded and its raw content', async () => {
    const { id } = await add()
    const reply = await project.call('GET', `/dead-letters/${id}`)
    assert.deepEqual(reply.at('decoded'), { name: '' })
    assert.equal(reply.at('raw'), value.toString('base64'))
    assert.deepEqual(reply.at('headers'), { 'a.b': 'c' })
    assert.equal((await project.call('GET', `/dead-letters/${randomUUID()}`)).status, 404)
  })

  it('redrives one once, byte for byte', async () => {
    const { id } = await add()
    const reply = await project.call('POST', `/dead-letters/${id}/redrive`)
    assert.deepEqual([reply.status, reply.at('status')], [200, 'REDRIVEN'])
    assert.equal((await project.call('POST', `/dead-letters/${id}/redrive`)).status, 409)
    assert.deepEqual(
      sent.map((one) => [
        one.topic,
        one.value?.toString(),
        one.headers['a.b'],
        one.headers['millrace-redrives'],
      ]),
      [['millrace.contact-events', value.toString(), 'c', '1']],
    )
    assert.equal((await project.call('POST', `/dead-letters/${randomUUID()}/redrive`)).status, 404)
  })

  it('keeps a letter parked that Kafka did not take', async () => {
    const { id } = await add()
    kafka.away = true
    assert.equal((await project.call('POST', `/dead-letters/${id}/redrive`)).status, 503)
    assert.equal((await project.call('GET', `/dead-letters/${id}`)).at('status'), 'PARKED')
  })

  it('redrives in bulk what a filter finds, after a dry run', async () => {
    await add()
    await add({ reason: 'handler_threw' })
    const filter = { reason: 'handler_threw' }
    const dry = await project.call('POST', '/dead-letters/redrive', { body: { ...filter, dryRun: true } })
    assert.deepEqual([dry.at('matched'), dry.at('redriven'), sent.length], [1, 0, 0])
    const done = await project.call('POST', '/dead-letters/redrive', { body: filter })
    assert.deepEqual([done.at('matched'), done.at('redriven'), sent.length], [1, 1, 1])
    assert.equal((await project.call('POST', '/dead-letters/redrive', { body: { what: 1 } })).status, 422)
  })

  it('drops one, and redrives it no more', async () => {
    const { id } = await add()
    const dropped = await project.call('DELETE', `/dead-letters/${id}`)
    assert.deepEqual([dropped.status, dropped.at('status')], [200, 'DROPPED'])
    assert.equal((await project.call('POST', `/dead-letters/${id}/redrive`)).status, 409)
    assert.equal((await project.call('DELETE', `/dead-letters/${id}`)).status, 409)
  })
})
