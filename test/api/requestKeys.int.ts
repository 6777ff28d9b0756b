import assert from 'node:assert/strict'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { callerOf, type Reply } from '../support/http.js'
import { rawExchange, rawRequest } from '../support/raw.js'

describe('the key of a request', () => {
  let api: TestApi
  let project: TestProject
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  after(() => api.close())
  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
    callerOf(api.url, null)(method, path, { headers, body })
  const unauthorized = (reply: Reply) => {
    assert.deepEqual(
      [reply.status, reply.at('error.code'), reply.at('error.statusCode')],
      [401, 'UNAUTHORIZED', 401],
    )
    assert.equal(reply.headers.get('www-authenticate'), 'Bearer')
    assert.equal(reply.headers.get('x-request-id'), reply.at('error.requestId'))
    assert.equal(reply.at('success'), false)
    assert.match(String(reply.at('timestamp')), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  }

  const wrong: readonly (readonly [string, (key: string) => string])[] = [
    ['nothing but the scheme', () => 'Bearer'],
    ['an empty key', () => 'Bearer '],
    ['a prefix alone', () => 'Bearer sk_'],
    ['no scheme', (key) => key],
    ['another scheme', (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    ['another prefix', (key) => `Bearer xx_${key.slice(3)}`],
    ['two blanks', (key) => `Bearer  ${key}`],
    ['the last character changed', (key) => `Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`],
    ['one character too many', (key) => `Bearer ${key}a`],
    ['another case', (key) => `Bearer ${key.toUpperCase()}`],
    ['10 KB', () => `Bearer sk_${'a'.repeat(10_240)}`],
    ['two keys in one', (key) => `Bearer ${key}, Bearer ${key}`],
    ['letters beyond ASCII', (key) => `Bearer ${key}\u00e9`],
    ['an operator', () => 'Bearer {"$ne":null}'],
  ]
  for (const [title, header] of wrong)
    it(`is refused: ${title}`, async () => {
      unauthorized(await call('GET', '/workflows', { Authorization: header(project.secretKey) }))
    })

  it('is refused in other places than its header', async () => {
    const key = project.secretKey
    for (const name of ['key', 'api_key', 'apiKey', 'access_token', 'authorization'])
      unauthorized(await call('GET', `/workflows?${name}=${key}`))
    unauthorized(await call('GET', '/workflows', { 'X-API-Key': key, Cookie: `key=${key}` }))
    unauthorized(await call('POST', '/workflows', {}, { authorization: key, name: 'n', eventName: 'e' }))
  })

  it('must come once', async () => {
    const header = `Authorization: Bearer ${project.secretKey}`
    const reply = await rawExchange(api.url, rawRequest('GET /workflows', [header, header]))
    assert.deepEqual([reply.status, JSON.parse(reply.body).error.code], [401, 'UNAUTHORIZED'])
  })

  it('with NUL is no HTTP, and answered in the one shape', async () => {
    const header = `Authorization: Bearer ${project.secretKey}\0`
    const reply = await rawExchange(api.url, rawRequest('GET /workflows', [header]))
    assert.deepEqual([reply.status, JSON.parse(reply.body).error.code], [400, 'BAD_REQUEST'])
    assert.match(reply.head, /X-Request-Id: /)
  })

  it('is checked before the route, the body and its type', async () => {
    unauthorized(await call('GET', '/nowhere'))
    unauthorized(await call('PUT', '/workflows'))
    unauthorized(await call('POST', '/health'))
    unauthorized(await call('POST', '/workflows', {}, { name: 1 }))
    unauthorized(await call('POST', '/workflows', { 'Content-Type': 'text/plain' }, {}))
  })

  it('that is public opens tracking alone', async () => {
    const pk = callerOf(api.url, project.publicKey)
    const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      paths: Record<string, object>
    }
    const secret = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { security: unknown[]; responses: object }>)
        .filter(([, { security, responses }]) => security.length > 0 && '403' in responses)
        .map(([method]) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, project.id)] as const),
    )
    assert.ok(secret.length > 30)
    for (const [method, path] of [...secret, ['GET', '/v1/track'], ['GET', '/nowhere']] as const) {
      const reply = await pk(method, path)
      assert.deepEqual([method, path, reply.status, reply.at('error.code')], [method, path, 403, 'FORBIDDEN'])
    }
    const tracked = await pk('POST', '/v1/track', { body: { event: 'e', email: 'a@example.com' } })
    assert.equal(tracked.status, 200)
  })

  it('is not needed where everybody may look', async () => {
    for (const path of ['/health', '/ready', '/metrics', '/openapi.json', '/docs', '/docs/swagger-ui.css'])
      assert.equal((await fetch(`${api.url}${path}`)).status, 200, path)
  })

  it('cannot be guessed quickly, and those that are right are served meanwhile', async () => {
    const guess = (at: number) => callerOf(api.url, `sk_${String(at).padStart(40, '0')}`)('GET', '/workflows')
    const guesses = Array.from({ length: 300 }, (_, at) => guess(at))
    const served = await Promise.all(Array.from({ length: 5 }, () => project.call('GET', '/project')))
    const replies = await Promise.all(guesses)
    const limited = replies.filter(({ status }) => status === 429)
    assert.ok(limited.length > 0, 'none of 300 was limited')
    assert.ok(replies.every(({ status }) => status === 401 || status === 429))
    for (const reply of limited) {
      assert.equal(reply.at('error.code'), 'RATE_LIMIT_EXCEEDED')
      assert.ok(Number(reply.headers.get('retry-after')) >= 1)
    }
    assert.deepEqual(new Set(served.map(({ status }) => status)), new Set([200]))
    assert.equal((await project.call('GET', '/project')).status, 200)
  })
})
