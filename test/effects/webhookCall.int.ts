import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Webhook } from 'standardwebhooks'
import type { HttpCall, HttpCaller } from '../../src/effects/ports.js'
import { createHttpCaller } from '../../src/effects/webhook.js'
import { httpSink, type Sink } from '../support/sink.js'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function seen(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method = '', url = '', headers } = request
  return { method, url, headers, body: Buffer.concat(chunks).toString() }
}

describe('Webhook call', () => {
  const requests: Seen[] = []
  let answer: { status: number; headers?: Record<string, string>; body?: string }
  let sink: Sink
  let caller: HttpCaller & { close(): Promise<void> }

  before(async () => {
    sink = await httpSink(async (request, response) => {
      requests.push(await seen(request))
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    caller = createHttpCaller({ allow: [sink.pair, `localhost:${sink.port}`] })
  })
  beforeEach(() => {
    requests.length = 0
    answer = { status: 200 }
  })
  after(async () => {
    await caller.close()
    await sink.close()
  })

  const call = (more: Partial<HttpCall> = {}): HttpCall => ({
    url: `${sink.url}hook?a=1&b=%20`,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-name': 'Zoë' },
    body: '{"a":"ü"}',
    timeoutMs: 5_000,
    signing: null,
    ...more,
  })

  it('sends method, path, headers and body as they are', async () => {
    const result = await caller.call(call())
    assert.equal(result.type === 'answered' && result.statusCode, 200)
    assert.equal(requests.length, 1)
    const [request] = requests
    assert.equal(request?.method, 'POST')
    assert.equal(request?.url, '/hook?a=1&b=%20')
    assert.equal(request?.body, '{"a":"ü"}')
    assert.equal(request?.headers['x-name'], 'Zoë')
    assert.equal(request?.headers.host, sink.pair)
    assert.equal(request?.headers['accept-encoding'], 'identity')
  })

  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    it(`sends ${method}`, async () => {
      await caller.call(call({ method, body: method === 'GET' ? null : '{}' }))
      assert.equal(requests[0]?.method, method)
      assert.equal(requests[0]?.body, method === 'GET' ? '' : '{}')
    })

  it('signs what it sends so that the reference library accepts it', async () => {
    const secrets = [0, 1].map(() => `whsec_${randomBytes(32).toString('base64')}`)
    await caller.call(call({ signing: { id: 'execution:step', secrets } }))
    const { headers, body } = requests[0] ?? { headers: {}, body: '' }
    for (const secret of secrets)
      assert.deepEqual(new Webhook(secret).verify(body, headers as Record<string, string>), { a: 'ü' })
  })

  for (const status of [301, 302, 303, 307, 308])
    it(`takes a ${status} for an answer and does not follow it`, async () => {
      answer = { status, headers: { location: `${sink.url}elsewhere` } }
      const result = await caller.call(call())
      assert.equal(result.type === 'answered' && result.statusCode, status)
      assert.equal(requests.length, 1)
    })

  const bodies: readonly [string, string, string, unknown][] = [
    ['JSON', 'application/json; charset=utf-8', '{"ok":[1,"ü"]}', { ok: [1, 'ü'] }],
    ['JSON of another kind', 'application/problem+json', '{"a":null}', { a: null }],
    ['text', 'text/plain', '{"a":1}', '{"a":1}'],
    ['broken JSON as text', 'application/json', '{"a":', '{"a":'],
    ['JSON that names a prototype as text', 'application/json', '{"__proto__":{}}', '{"__proto__":{}}'],
    ['nothing as null', 'application/json', '', null],
  ]
  for (const [what, type, body, expected] of bodies)
    it(`reads ${what}`, async () => {
      answer = { status: 200, headers: { 'content-type': type }, body }
      const result = await caller.call(call())
      assert.deepEqual(result.type === 'answered' && result.response, expected)
    })

  it('keeps the beginning of a long answer as text that fits into an output', async () => {
    for (const body of [
      JSON.stringify({ a: 'x'.repeat(20_000) }),
      '"'.repeat(60_000),
      '🦉'.repeat(30_000),
      'x'.repeat(100_000),
    ]) {
      answer = { status: 200, headers: { 'content-type': 'application/json' }, body }
      const result = await caller.call(call())
      const response = result.type === 'answered' ? result.response : null
      assert.ok(typeof response === 'string' && response.length > 1_000 && body.startsWith(response))
      assert.ok(Buffer.byteLength(JSON.stringify(response)) <= 15 * 1024)
    }
  })

  it('hands on when the other side wants to be asked again', async () => {
    answer = { status: 503, headers: { 'retry-after': '7' } }
    const result = await caller.call(call())
    assert.equal(result.type === 'answered' && result.retryAfterMs, 7_000)
  })

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>()
    const counting = await httpSink((request, response) => {
      ports.add(request.socket.remotePort)
      response.end()
    })
    const other = createHttpCaller({ allow: [counting.pair] })
    for (let i = 0; i < 5; i++) await other.call(call({ url: counting.url, body: null, method: 'GET' }))
    await other.close()
    await counting.close()
    assert.ok(ports.size < 5)
  })

  it('reaches a name that is allowed', async () => {
    const result = await caller.call(call({ url: `http://localhost:${sink.port}/named` }))
    assert.equal(result.type, 'answered')
    assert.equal(requests[0]?.headers.host, `localhost:${sink.port}`)
  })

  it('refuses headers that cannot be sent, without sending anything', async () => {
    for (const headers of [{ 'x-a': 'a\r\nx-b: 1' }, { 'x-a': 'Ā' }, { 'x a': '1' }]) {
      const result = await caller.call(call({ headers }))
      assert.equal(result.type === 'failed' && result.retriable, false)
    }
    assert.equal(requests.length, 0)
  })
})
