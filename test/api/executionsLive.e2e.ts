import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { until } from '../support/engineWorld.js'
import { type LiveApi, startLiveApi } from '../support/liveApi.js'
import { flowsOf, type Row, stepsOf } from '../support/liveFlows.js'
import { httpSink, type Sink } from '../support/sink.js'

describe('executions that the engine moves', () => {
  let api: LiveApi
  let sink: Sink
  let status = 200
  before(async () => {
    sink = await httpSink((_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}')
    })
    api = await startLiveApi({ WEBHOOK_ALLOW: sink.pair, RETRY_BASE_MS: '200' })
  })
  after(async () => {
    await api.close()
    await sink.close()
  })
  const { post, newPath, step, arrow, person, start, reached } = flowsOf(() => api)

  it('go from the event to the end, and show every step', async () => {
    const { path, event } = await newPath()
    await step(path, 'UPDATE_CONTACT', { data: { seen: '{{ event.n }}' } })
    const condition = await step(path, 'CONDITION', {
      field: 'contact.data.plan',
      operator: 'equals',
      value: 'pro',
    })
    const call = await step(path, 'WEBHOOK', { url: `http://${sink.pair}/hook` }, { autoConnect: false })
    const won = await step(path, 'EXIT', { reason: 'won' }, { autoConnect: false })
    const lost = await step(path, 'EXIT', {}, { autoConnect: false })
    await arrow(path, condition, call, 'yes')
    await arrow(path, condition, lost, 'no')
    await arrow(path, call, won, 'success')
    await arrow(path, call, lost, 'failure')
    assert.deepEqual((await api.call('GET', path)).at('problems'), [])
    const email = `${randomUUID()}@example.com`
    const data = { plan: 'pro', n: 5, coupon: { value: 'X', persistent: false } }
    const sent = { event, email, data, eventId: 'once' }
    for (let time = 0; time < 2; time += 1)
      assert.equal((await api.publicCall('POST', '/v1/track', { body: sent })).status, 200)
    let row: Row | undefined
    await until('it has ended', async () => {
      const list = await api.call(
        'GET',
        `${path}/executions?email=${encodeURIComponent(email.toUpperCase())}`,
      )
      assert.ok(Number(list.at('total')) <= 1, 'the same event starts nothing twice')
      row = (list.at('data') as Row[])[0]
      return row?.status === 'COMPLETED'
    })
    const shown = await api.call('GET', `${path}/executions/${row?.id}`)
    assert.deepEqual(stepsOf(shown), [
      'TRIGGER COMPLETED',
      'UPDATE_CONTACT COMPLETED',
      'CONDITION COMPLETED yes',
      'WEBHOOK COMPLETED success',
      'EXIT COMPLETED',
    ])
    assert.deepEqual(
      [shown.at('exitReason'), shown.at('context')],
      ['won', { plan: 'pro', n: 5, coupon: 'X' }],
    )
    const contact = await api.call('GET', `/contacts/${shown.at('contactId')}`)
    assert.deepEqual(contact.at('data'), { plan: 'pro', n: 5, seen: '5' })
    const walked = await api.call('GET', `/executions?contactId=${shown.at('contactId')}`)
    assert.deepEqual(
      (walked.at('data') as Row[]).map(({ id }) => id),
      [row?.id],
    )
  })

  it('start by hand, once a key and once a contact', async () => {
    const { path } = await newPath()
    const [ann, bob] = [await person(), await person()]
    const key = { 'Idempotency-Key': 'k1' }
    const first = await post(`${path}/executions`, { contactId: ann.id, context: { a: 1 } }, key)
    assert.deepEqual([first.status, first.at('status'), first.at('context')], [201, 'COMPLETED', { a: 1 }])
    const again = await post(`${path}/executions`, { email: ann.email.toUpperCase() }, key)
    assert.deepEqual([again.status, again.at('id')], [200, first.at('id')])
    const other = await api.call('POST', `${path}/executions`, { body: { contactId: ann.id } })
    assert.deepEqual([other.status, other.at('error.code')], [409, 'CONFLICT'])
    await api.call('PATCH', path, { body: { enabled: false } })
    const disabled = await api.call('POST', `${path}/executions`, { body: { contactId: bob.id } })
    assert.deepEqual([disabled.status, disabled.at('error.code')], [409, 'CONFLICT'])
    assert.equal((await post(`${path}/executions`, { contactId: ann.id }, key)).status, 200)
  })

  it('fail and go on from where they failed', async () => {
    const { path } = await newPath()
    await step(path, 'WEBHOOK', { url: `http://${sink.pair}/no`, retries: 0, onFailure: 'fail' })
    await step(path, 'EXIT', { reason: 'at last' })
    status = 400
    const { id: contactId } = await person()
    const id = await start(path, contactId)
    const failed = await reached(path, id, 'FAILED')
    assert.deepEqual([failed.at('error.code'), failed.at('currentStep.type')], ['HTTP_STATUS', 'WEBHOOK'])
    const cancelled = await api.call('DELETE', `${path}/executions/${id}`)
    assert.deepEqual([cancelled.status, cancelled.at('error.code')], [409, 'CONFLICT'])
    status = 200
    const retried = await post(`${path}/executions/${id}/retry`)
    assert.deepEqual([retried.status, retried.at('error'), retried.at('completedAt')], [200, null, null])
    const done = await reached(path, id, 'COMPLETED')
    assert.deepEqual(stepsOf(done), ['TRIGGER COMPLETED', 'WEBHOOK COMPLETED success', 'EXIT COMPLETED'])
    assert.equal((await api.call('POST', `${path}/executions/${id}/retry`)).status, 409)
  })
})
