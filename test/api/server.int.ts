import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { APP_DEFAULTS, createApp } from '../../src/api/app.js'
import { type Route, route } from '../../src/api/route.js'
import { type RunningServer, startServer } from '../../src/api/server.js'
import { createAnnouncer } from '../../src/events.js'
import { callerOf } from '../support/http.js'
import { rawExchange, rawRequest } from '../support/raw.js'

const open = (path: string, handle: Route['handle']): Route =>
  route({
    method: 'GET',
    path,
    access: 'open',
    tag: 'Operations',
    summary: 's',
    answers: {},
    errors: [],
    handle,
  })

describe('the server', () => {
  let server: RunningServer
  let url: string
  let release: () => void
  const announcer = createAnnouncer()
  const failures: unknown[] = []
  announcer.on('failure', ({ error }) => failures.push(error))
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let arrive: () => void
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const routes: Route[] = [
    open('/held', async () => {
      arrive()
      return held.then(() => ({ status: 200, body: { late: true } }))
    }),
    open('/never', () => new Promise(() => {})),
    open('/broken', () =>
      Promise.reject(new TypeError("Cannot read properties of undefined (reading 'secret')")),
    ),
    open('/cyclic', async () => {
      const body: Record<string, unknown> = {}
      body['self'] = body
      return { status: 200, body }
    }),
    open('/at', async () => ({ status: 200, body: { at: new Date(0) } })),
  ]
  const start = async (closeWithinMs: number) => {
    const keys = { findByDigest: async () => null }
    const options = { ...APP_DEFAULTS, answerWithinMs: 200 }
    const app = createApp({ routes, keys, announcer, classify: () => null, options })
    return startServer(app, { host: '127.0.0.1', port: 0, headersTimeoutMs: 300, closeWithinMs })
  }
  before(async () => {
    server = await start(1_000)
    url = `http://127.0.0.1:${server.port}`
  })
  after(() => server.close())
  const call = (path: string) => callerOf(url, null)('GET', path)

  for (const path of ['/broken', '/cyclic'])
    it(`tells nothing of a failure but its request: ${path}`, async () => {
      const reply = await call(path)
      assert.deepEqual([reply.status, reply.at('error.code')], [500, 'INTERNAL_ERROR'])
      assert.doesNotMatch(JSON.stringify(reply.body), /secret|undefined|circular|TypeError|\.ts|\.js/i)
      assert.ok(reply.at('error.requestId'))
      assert.ok(failures.at(-1) instanceof TypeError)
    })

  it('leaves nobody without an answer', async () => {
    const reply = await call('/never')
    assert.deepEqual([reply.status, reply.at('error.code')], [503, 'SERVICE_UNAVAILABLE'])
    assert.ok(reply.headers.get('retry-after'))
  })

  it('writes times in ISO 8601 with milliseconds', async () => {
    assert.deepEqual((await call('/at')).body, { at: '1970-01-01T00:00:00.000Z' })
  })

  const broken: readonly (readonly [string, string])[] = [
    ['no HTTP', 'hello\r\n\r\n'],
    ['a broken header', 'GET /at HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n'],
    ['two lengths', rawRequest('POST /at', ['Content-Length: 1', 'Content-Length: 2'], 'x')],
    [
      'length and chunks',
      rawRequest('POST /at', ['Content-Length: 1', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    ],
    ['headers beyond 16 KiB', rawRequest('GET /at', [`X: ${'x'.repeat(20_000)}`])],
  ]
  for (const [title, bytes] of broken)
    it(`answers ${title} in the one shape`, async () => {
      const reply = await rawExchange(url, bytes)
      assert.equal(reply.status, 400)
      const { success, error } = JSON.parse(reply.body) as { success: boolean; error: { code: string } }
      assert.deepEqual([success, error.code], [false, 'BAD_REQUEST'])
    })

  it('does not wait for headers for ever', async () => {
    const reply = await rawExchange(url, 'GET /at HTTP/1.1\r\nHost: x\r\n')
    assert.equal(reply.status, 400)
  })

  it('answers whatever is expected of it, and whoever it is taken for', async () => {
    assert.equal((await rawExchange(url, rawRequest('GET /at', ['Expect: something']))).status, 200)
    assert.equal((await rawExchange(url, 'GET /at HTTP/1.1\r\nConnection: close\r\n\r\n')).status, 200)
  })

  it('lets requests under way finish when it closes, and takes no more', async () => {
    const second = await start(5_000)
    const address = `http://127.0.0.1:${second.port}`
    const pending = callerOf(address, null)('GET', '/held')
    await arrived
    const idle = connect(second.port, '127.0.0.1')
    await once(idle, 'connect')
    const closing = second.close()
    release()
    const reply = await pending
    assert.equal(reply.at('late'), true)
    idle.destroy()
    await closing
    await assert.rejects(callerOf(address, null)('GET', '/at'))
  })

  it('says so where its port is taken', async () => {
    const app = createApp({
      routes,
      keys: { findByDigest: async () => null },
      announcer,
      classify: () => null,
    })
    const taken = startServer(app, { host: '127.0.0.1', port: server.port })
    await assert.rejects(taken, { code: 'CONFIG_INVALID', message: new RegExp(`127.0.0.1:${server.port}`) })
  })
})
