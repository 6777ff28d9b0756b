import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'

describe('replays over HTTP', () => {
  let api: TestApi
  let project: TestProject
  let path: string
  let id: string
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
  })
  beforeEach(async () => {
    project = await api.newProject()
    const made = await project.call('POST', '/workflows', {
      body: { name: 'W', eventName: 'bought', enabled: true },
    })
    id = String(made.at('id'))
    path = `/workflows/${id}/replays`
  })
  after(() => api.close())

  const FROM = '2026-03-01T00:00:00.000Z'
  const fields = (errors: unknown) => (errors as { field: string }[]).map(({ field }) => field)

  it('begins, is listed and shown, and is cancelled once', async () => {
    const begun = await project.call('POST', path, { body: { from: FROM, mode: 'missing' } })
    assert.equal(begun.status, 202)
    const shown = [
      'status',
      'from',
      'mode',
      'effects',
      'timers',
      'dryRun',
      'progress',
      'started',
      'missingBefore',
    ]
    assert.deepEqual(
      shown.map((name) => begun.at(name)),
      ['RUNNING', FROM, 'missing', 'skip', 'asIs', false, 0, 0, null],
    )
    const replayId = String(begun.at('id'))
    const listed = await project.call('GET', path)
    assert.equal(listed.at('data.0.id'), replayId)
    assert.equal((await project.call('GET', `${path}/${replayId}`)).status, 200)
    const cancelled = await project.call('DELETE', `${path}/${replayId}`)
    assert.deepEqual([cancelled.status, cancelled.at('status')], [200, 'CANCELLED'])
    assert.equal((await project.call('DELETE', `${path}/${replayId}`)).status, 409)
  })

  it('lets due times count from the event where it is asked to', async () => {
    const body = { from: FROM, mode: 'missing', timers: 'fromEvent' }
    const begun = await project.call('POST', path, { body })
    assert.deepEqual([begun.status, begun.at('timers')], [202, 'fromEvent'])
    assert.equal((await project.call('GET', `${path}/${begun.at('id')}`)).at('timers'), 'fromEvent')
  })

  it('is refused while another runs, and names it', async () => {
    const first = await project.call('POST', path, { body: { from: FROM, mode: 'missing' } })
    const second = await project.call('POST', path, { body: { from: FROM, mode: 'rerun' } })
    assert.equal(second.status, 409)
    assert.ok(String(second.at('error.message')).includes(String(first.at('id'))))
  })

  it('names every wrong field', async () => {
    const wrong = {
      from: 'yesterday',
      mode: 'all',
      effects: 'some',
      timers: 'now',
      ratePerSecond: 0,
      more: 1,
    }
    const reply = await project.call('POST', path, { body: wrong })
    assert.equal(reply.status, 422)
    const named = new Set(fields(reply.at('error.errors')))
    for (const field of ['from', 'mode', 'effects', 'timers', 'ratePerSecond'])
      assert.ok(named.has(field), field)
  })

  it('names a range that is none beside what else is wrong', async () => {
    const reply = await project.call('POST', path, { body: { from: FROM, to: FROM, mode: 'all' } })
    assert.deepEqual([reply.status, fields(reply.at('error.errors')).sort()], [422, ['mode', 'to']])
  })

  it('takes no range that is none', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString()
    for (const [range, field] of [
      [{ from: FROM, to: FROM }, 'to'],
      [{ from: later }, 'from'],
    ] as const) {
      const reply = await project.call('POST', path, { body: { ...range, mode: 'missing' } })
      assert.equal(reply.status, 422)
      assert.deepEqual(fields(reply.at('error.errors')), [field])
    }
  })

  it('is not there for a workflow that is deleted, or a replay that nobody asked for', async () => {
    assert.equal((await project.call('GET', `${path}/${randomUUID()}`)).status, 404)
    assert.equal((await project.call('DELETE', `/workflows/${id}`)).status, 204)
    const reply = await project.call('POST', path, { body: { from: FROM, mode: 'missing' } })
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
  })

  it('asks a disabled workflow only in a dry run', async () => {
    await project.call('PATCH', `/workflows/${id}`, { body: { enabled: false } })
    assert.equal((await project.call('POST', path, { body: { from: FROM, mode: 'missing' } })).status, 409)
    const dry = await project.call('POST', path, { body: { from: FROM, mode: 'missing', dryRun: true } })
    assert.equal(dry.status, 202)
  })
})
