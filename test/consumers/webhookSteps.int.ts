import assert from 'node:assert/strict'
import { Webhook } from 'standardwebhooks'
import type { Execution } from '../../src/workflow/execution.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { endedOnes, entryOf, type Received, type WebhookSink, webhookSink } from '../support/effectWorld.js'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`
const OLD_SECRET = `whsec_${Buffer.from('the secret that is replaced ....').toString('base64')}`

/** How the sink answers each path, by the number of the request. */
const REPLIES: Readonly<Record<string, (request: Received, count: number) => void>> = {
  '/ok': (request) => request.answer(200, { plan: 'gold' }),
  '/third': (request, count) => request.answer(count < 3 ? 503 : 200, { count }),
  '/never': (request) => request.answer(500, { error: 'broken' }),
  '/gone': (request) => request.answer(410),
  '/later': (request, count) =>
    count === 1 ? request.answer(429, {}, { 'retry-after': '2' }) : request.answer(200),
  '/silent': () => undefined,
}

describe('WEBHOOK steps on the real engine', function () {
  this.timeout(60_000)
  let world: EngineWorld
  let sink: WebhookSink
  let calls = 0

  before(async () => {
    sink = await webhookSink((request, count) => (REPLIES[request.path] ?? REPLIES['/ok'])?.(request, count))
    world = await openEngineWorld({ WEBHOOK_ALLOW: sink.pair, RETRY_BASE_MS: '40' })
    await world.startEngine()
  })
  after(async () => {
    await world.close()
    await sink.close()
  })

  /** One contact through a WEBHOOK with both branches. */
  async function call(path: string, config: JsonObject = {}, data: JsonObject = {}): Promise<Execution> {
    const workflow = await world.given({
      eventName: `call ${calls++}`,
      steps: [
        ['hook', 'WEBHOOK', { url: `http://${sink.pair}${path}`, ...config }],
        ['good', 'EXIT', { reason: 'good' }],
        ['bad', 'EXIT', { reason: 'bad' }],
      ],
      arrows: [
        ['trigger', 'hook'],
        ['hook', 'good', { branch: 'success' }],
        ['hook', 'bad', { branch: 'failure' }],
      ],
    })
    await world.publish([{ name: workflow.triggerConfig.eventName, email: 'ada@example.com', data }])
    const [execution] = await endedOnes(world, workflow)
    assert.ok(execution !== undefined)
    return execution
  }

  it('sends the default body, signed by both secrets while one is replaced', async () => {
    const execution = await call('/ok', { secret: SECRET, previousSecret: OLD_SECRET })
    const [request, ...more] = sink.of('/ok')
    assert.ok(request !== undefined && more.length === 0)
    const hook = entryOf(execution, 'hook')
    assert.equal(request.headers['webhook-id'], `${execution.id}:${hook?.stepId}`)
    for (const secret of [SECRET, OLD_SECRET])
      assert.deepEqual(
        new Webhook(secret).verify(request.body, { ...request.headers }),
        JSON.parse(request.body),
      )
    const body = JSON.parse(request.body) as { contact: JsonObject; execution: JsonObject; event: JsonObject }
    assert.equal(body.contact['email'], 'ada@example.com')
    assert.equal(body.execution['id'], execution.id)
    assert.equal(hook?.branch, 'success')
    assert.equal(hook.attempts, 1)
    assert.deepEqual(hook.output, { statusCode: 200, success: true, response: { plan: 'gold' } })
    assert.equal(execution.state.status === 'COMPLETED' && execution.state.exitReason, 'good')
  })

  it('lets later steps read the response', async () => {
    const workflow = await world.given({
      eventName: 'read',
      steps: [
        ['hook', 'WEBHOOK', { url: `http://${sink.pair}/ok?read` }],
        ['again', 'WEBHOOK', { url: `http://${sink.pair}/read/{{ steps | json }}`, method: 'GET' }],
      ],
      arrows: [
        ['trigger', 'hook'],
        ['hook', 'again', { branch: 'success' }],
      ],
    })
    await world.publish([{ name: 'read', email: 'ada@example.com' }])
    await endedOnes(world, workflow)
    const path = decodeURIComponent(sink.received.at(-1)?.path ?? '')
    assert.match(path, /"response":\{"plan":"gold"\}/)
  })

  it('tries again until it is answered, with one identity', async () => {
    const execution = await call('/third')
    const ids = new Set(sink.of('/third').map(({ headers }) => headers['webhook-id']))
    assert.equal(sink.of('/third').length, 3)
    assert.equal(ids.size, 1)
    const hook = entryOf(execution, 'hook')
    assert.equal(hook?.attempts, 3)
    assert.deepEqual(hook.output, { statusCode: 200, success: true, response: { count: 3 } })
  })

  it('gives up after its tries and leaves by `failure`', async () => {
    const execution = await call('/never', { retries: 1 })
    assert.equal(sink.of('/never').length, 2)
    const hook = entryOf(execution, 'hook')
    assert.equal(hook?.branch, 'failure')
    assert.equal(hook.attempts, 2)
    assert.deepEqual(hook.output, {
      statusCode: 500,
      success: false,
      response: { error: 'broken' },
      error: 'answered 500',
    })
    assert.equal(execution.state.status === 'COMPLETED' && execution.state.exitReason, 'bad')
  })

  it('fails the execution where the step says so', async () => {
    const { state } = await call('/never', { retries: 0, onFailure: 'fail' })
    assert.equal(state.status, 'FAILED')
    assert.deepEqual(state.status === 'FAILED' && state.error, {
      code: 'HTTP_STATUS',
      message: 'answered 500',
    })
  })

  it('does not ask again where the address is gone', async () => {
    const execution = await call('/gone')
    assert.equal(sink.of('/gone').length, 1)
    assert.equal(entryOf(execution, 'hook')?.attempts, 1)
  })

  it('waits as long as the other side asks', async () => {
    await call('/later')
    const [first, second] = sink.of('/later')
    assert.ok(first !== undefined && second !== undefined)
    assert.ok(second.at - first.at >= 1_990, `asked again after ${second.at - first.at} ms`)
  })

  it('says that an outcome is unknown', async () => {
    const { state } = await call('/silent', { retries: 0, timeoutSeconds: 1, onFailure: 'fail' })
    assert.equal(state.status === 'FAILED' && state.error?.code, 'OUTCOME_UNKNOWN')
    assert.match((state.status === 'FAILED' && state.error?.message) || '', /outcome is unknown/)
  })

  it('refuses what renders to an address of this network, and calls nobody', async () => {
    const before = sink.received.length
    const execution = await call('/x', { url: 'http://{{ "127.0.0.1" }}:1/', onFailure: 'fail' })
    assert.equal(sink.received.length, before)
    assert.equal(execution.state.status === 'FAILED' && execution.state.error?.code, 'CALL_REFUSED')
  })

  for (const [what, note] of [
    ['a line break', 'a\r\nX-Evil: 1'],
    ['a line feed', 'a\nX-Evil: 1'],
    ['NUL', 'a\u0000'],
    ['a character beyond U+00FF', '\u0100'],
  ] as const)
    it(`fails a step whose header renders to ${what}, and the consumer goes on`, async () => {
      const headers = { 'X-Note': '{{ event.note }}' }
      const { state } = await call('/x', { headers, onFailure: 'fail' }, { note })
      assert.equal(sink.of('/x').length, 0)
      assert.equal(state.status === 'FAILED' && state.error?.code, 'REQUEST_INVALID')
      const next = await call('/ok', { headers }, { note: 'good' })
      assert.equal(next.state.status, 'COMPLETED')
    })
})
