import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { until } from '../support/engineWorld.js'
import { type LiveApi, startLiveApi } from '../support/liveApi.js'
import { flowsOf, type Row } from '../support/liveFlows.js'

describe('executions that wait on a live service', () => {
  let api: LiveApi
  before(async () => {
    api = await startLiveApi()
  })
  after(() => api.close())
  const { post, newPath, step, person, start, reached } = flowsOf(() => api)

  it('wait, are counted, moved to a newer version, and cancelled one by one or all at once', async () => {
    const { path } = await newPath()
    const delay = await step(path, 'DELAY', { amount: 1, unit: 'days' })
    const wait = await step(path, 'WAIT_FOR_EVENT', { eventName: 'paid', timeout: 60 })
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) ids.push(await start(path, (await person()).id))
    for (const id of ids) await reached(path, id, 'WAITING')
    const [first = '', second = ''] = ids
    const waiting = await api.call('GET', `${path}/executions/${first}`)
    assert.deepEqual(waiting.at('currentStep'), { id: delay, name: 'delay', type: 'DELAY' })
    const dueAt = String(waiting.at('resumeAt'))
    assert.ok(Date.parse(dueAt) - Date.parse(String(waiting.at('startedAt'))) >= 86_400_000)
    assert.equal((await api.call('DELETE', path)).status, 409)
    const bulk = await api.call('POST', '/workflows/bulk-update', {
      body: { ids: [path.split('/').at(-1)], delete: true },
    })
    assert.equal(bulk.status, 409)

    const listed = await api.call('GET', `${path}/executions?status=WAITING`)
    assert.deepEqual(
      (listed.at('data') as Row[]).map(({ id }) => id),
      ids.toReversed(),
    )
    await until('the numbers have come', async () => {
      const stats = await api.call('GET', `${path}/stats`)
      const at = (stats.at('steps') as { stepId: string; active: number }[]).find(
        ({ stepId }) => stepId === delay,
      )
      return stats.at('byStatus.WAITING') === 5 && at?.active === 5
    })

    await api.call('PATCH', `${path}/steps/${wait}`, { body: { config: { eventName: 'paid', timeout: 90 } } })
    const version = Number((await api.call('GET', path)).at('version'))
    assert.ok(Number(waiting.at('workflowVersion')) < version)
    const one = await post(`${path}/executions/migrate`, { executionIds: [first] })
    assert.deepEqual(one.body, { migrated: 1, kept: [] })
    const moved = await api.call('GET', `${path}/executions/${first}`)
    assert.deepEqual([moved.at('workflowVersion'), moved.at('resumeAt')], [version, dueAt])
    assert.deepEqual((await post(`${path}/executions/migrate`)).body, { migrated: 4, kept: [] })
    assert.equal((await api.call('DELETE', `${path}/steps/${delay}?splice=true`)).status, 204)
    const kept = await post(`${path}/executions/migrate`, {})
    assert.equal(kept.at('migrated'), 0)
    assert.deepEqual(
      new Set((kept.at('kept') as { reason: string }[]).map(({ reason }) => reason)),
      new Set(['step_removed']),
    )

    const cancelled = await api.call('DELETE', `${path}/executions/${second}`)
    assert.deepEqual(
      [cancelled.status, cancelled.at('status'), cancelled.at('exitReason')],
      [200, 'CANCELLED', 'Cancelled by user'],
    )
    assert.equal((await api.call('DELETE', `${path}/executions/${second}`)).status, 409)
    assert.deepEqual((await post(`${path}/executions/cancel-all`)).body, { cancelled: 4 })
    const ended = await api.call('GET', `${path}/executions/${first}`)
    assert.equal(ended.at('exitReason'), 'Cancelled by user (bulk cancel)')
    assert.deepEqual((await post(`${path}/executions/cancel-all`)).body, { cancelled: 0 })
    assert.equal((await api.call('DELETE', path)).status, 204)
    assert.equal((await api.call('GET', path)).at('error.code'), 'WORKFLOW_NOT_FOUND')
  })

  it('follow a change as soon as it was answered', async () => {
    const { path, event } = await newPath({ allowReentry: true })
    const { email } = await person()
    const track = () => post('/v1/track', { event, email })
    await track()
    await until('it started', async () => (await api.call('GET', `${path}/executions`)).at('total') === 1)
    await api.call('PATCH', path, { body: { enabled: false } })
    const unseen = await track()
    // What counts is whether the workflow is enabled when the event is handled.
    await until('the event in between is handled', async () => {
      const events = await api.call('GET', `/events?contactId=${unseen.at('data.contact')}&name=${event}`)
      return (events.at('data') as unknown[]).length === 2
    })
    await api.call('PATCH', path, { body: { enabled: true } })
    await track()
    await until(
      'it started again',
      async () => (await api.call('GET', `${path}/executions`)).at('total') === 2,
    )
  })

  it('end with their contact, whose data and events go too', async () => {
    const { path, event } = await newPath()
    await step(path, 'DELAY', { amount: 1, unit: 'days' })
    const { id: contactId, email } = await person({ secret: 'x' })
    await post('/events', { name: event, email })
    let id = ''
    await until('it waits', async () => {
      const [row] = (await api.call('GET', `${path}/executions`)).at('data') as Row[]
      id = row?.id ?? ''
      return row?.status === 'WAITING'
    })
    assert.equal((await api.call('DELETE', `/contacts/${contactId}`)).status, 204)
    const ended = await reached(path, id, 'CANCELLED')
    assert.deepEqual([ended.at('exitReason'), ended.at('contact.email')], ['Contact deleted', null])
    assert.deepEqual((await api.call('GET', `/events?contactId=${contactId}`)).at('data'), [])
    assert.equal((await api.call('GET', `/contacts/${contactId}`)).status, 404)
  })

  it('send mail that can be looked up, or say why they did not', async () => {
    const template = {
      name: 't',
      subject: 'Hi {{ contact.email }}',
      body: '<p>{{ event.n }}</p>',
      from: 'us@example.com',
    }
    const templateId = (await post('/templates', template)).at('id')
    const { path } = await newPath()
    await step(path, 'SEND_EMAIL', { templateId })
    assert.equal((await api.call('DELETE', `/templates/${templateId}`)).status, 409)
    const ann = await person()
    const bob = await post('/contacts', { email: `${randomUUID()}@example.com`, subscribed: false })
    for (const [contactId, status] of [
      [ann.id, 'SENT'],
      [String(bob.at('id')), 'SKIPPED'],
    ] as const) {
      const id = await start(path, contactId)
      await reached(path, id, 'COMPLETED')
      const sent = await api.call('GET', `/messages?executionId=${id}`)
      assert.deepEqual(
        (sent.at('data') as Row[]).map((message) => message.status),
        [status],
      )
    }
  })
})
