import assert from 'node:assert/strict'
import { type AppOptions, createApp } from '../../src/api/app.js'
import { createKeyCache } from '../../src/api/keyCache.js'
import { type Route, route } from '../../src/api/route.js'
import { type RunningServer, startServer } from '../../src/api/server.js'
import { createAnnouncer, type EngineEvents } from '../../src/events.js'
import type { KeyOwner } from '../../src/store/ports/keys.js'
import type { KeyId, ProjectId } from '../../src/workflow/ids.js'
import { callerOf } from '../support/http.js'

const OWNER: KeyOwner = { projectId: 'p' as ProjectId, keyId: 'k' as KeyId, type: 'secret' }
const answered = async () => ({ status: 200, body: {} })
const shape = { access: 'secret', tag: 'Operations', summary: 's', answers: {}, errors: [] } as const
const routes: readonly Route[] = [
  route({ ...shape, method: 'GET', path: '/things/:id', handle: answered }),
  route({ ...shape, method: 'POST', path: '/things', handle: answered }),
]

describe('limits of requests', () => {
  let server: RunningServer
  const announcer = createAnnouncer()
  const heard: EngineEvents['request.answered'][] = []
  announcer.on('request.answered', (payload) => heard.push(payload))
  let now = 0
  const start = async (options: Partial<AppOptions>) => {
    const keys = { findByDigest: async () => OWNER }
    const nowMs = () => now
    const app = createApp({ routes, keys, announcer, classify: () => null, options, nowMs })
    server = await startServer(app, { host: '127.0.0.1', port: 0 })
    return callerOf(`http://127.0.0.1:${server.port}`, 'sk_x')
  }
  afterEach(() => server.close())

  it('are off unless they are set', async () => {
    const call = await start({})
    const replies = await Promise.all(Array.from({ length: 200 }, () => call('GET', '/things/1')))
    assert.ok(replies.every(({ status, headers }) => status === 200 && !headers.has('ratelimit-limit')))
  })

  it('tell where a key stands, and when to come again', async () => {
    const call = await start({ readsPerSecond: 3 })
    const replies = []
    for (let at = 0; at < 4; at += 1) replies.push(await call('GET', '/things/1'))
    const told = replies.map(({ status, headers }) => [
      status,
      headers.get('ratelimit-limit'),
      headers.get('ratelimit-remaining'),
    ])
    assert.deepEqual(told, [
      [200, '3', '2'],
      [200, '3', '1'],
      [200, '3', '0'],
      [429, '3', '0'],
    ])
    const refused = replies[3]
    assert.deepEqual(
      [refused?.at('error.code'), refused?.headers.get('retry-after')],
      ['RATE_LIMIT_EXCEEDED', '1'],
    )
    assert.equal(refused?.headers.get('ratelimit-reset'), '1')
    assert.equal((await call('POST', '/things')).status, 200, 'reading leaves writing alone')
    now += 334
    const again = [await call('GET', '/things/1'), await call('GET', '/things/1')]
    assert.deepEqual(
      again.map(({ status }) => status),
      [200, 429],
      'one token dripped in',
    )
  })

  it('can be for writes alone', async () => {
    const call = await start({ writesPerSecond: 1 })
    assert.deepEqual(
      [(await call('POST', '/things')).status, (await call('POST', '/things')).status],
      [200, 429],
    )
    assert.equal((await call('GET', '/things/1')).status, 200)
  })

  it('announce every answer by the pattern of its route', async () => {
    const call = await start({})
    heard.length = 0
    await call('GET', '/things/very-personal')
    const missing = await call('GET', '/nothing')
    assert.deepEqual(
      heard.map(({ method, route: pattern, status }) => [method, pattern, status]),
      [
        ['GET', '/things/:id', 200],
        ['GET', 'none', 404],
      ],
    )
    assert.equal(heard[1]?.requestId, missing.at('error.requestId'))
    assert.ok(heard.every(({ ms }) => ms >= 0))
  })

  describe('for pages of other origins', () => {
    const preflight = { 'Access-Control-Request-Method': 'POST', Origin: 'https://shop.example' }

    it('are closed unless they are opened', async () => {
      const call = await start({})
      const reply = await call('OPTIONS', '/things', { headers: preflight })
      assert.deepEqual([reply.status, reply.headers.get('access-control-allow-origin')], [405, null])
    })

    it('open to the origins that are named', async () => {
      const call = await start({ corsOrigins: ['https://shop.example'] })
      const anonymous = callerOf(`http://127.0.0.1:${server.port}`, null)
      const asked = await anonymous('OPTIONS', '/things', { headers: preflight })
      assert.deepEqual(
        [asked.status, asked.headers.get('access-control-allow-origin')],
        [204, 'https://shop.example'],
      )
      assert.match(String(asked.headers.get('access-control-allow-methods')), /POST/)
      const refused = await anonymous('POST', '/things', { headers: { Origin: 'https://shop.example' } })
      assert.deepEqual(
        [refused.status, refused.headers.get('access-control-allow-origin')],
        [401, 'https://shop.example'],
      )
      const other = await call('POST', '/things', { headers: { Origin: 'https://evil.example' } })
      assert.deepEqual([other.status, other.headers.get('access-control-allow-origin')], [200, null])
    })
  })
})

describe('a key that was found', () => {
  it('is believed for less than 5 s; one that is unknown is looked up every time', async () => {
    let nowMs = 0
    let looked = 0
    let owner: KeyOwner | null = null
    const findByDigest = async () => {
      looked += 1
      return owner
    }
    const find = createKeyCache({ findByDigest }, () => nowMs)
    assert.equal(await find('sk_a'), null)
    assert.equal(await find('sk_a'), null)
    assert.equal(looked, 2)
    owner = OWNER
    assert.deepEqual(await Promise.all([find('sk_a'), find('sk_a')]), [OWNER, OWNER])
    assert.equal(looked, 3)
    nowMs = 3_999
    owner = null
    assert.equal(await find('sk_a'), OWNER)
    nowMs = 4_000
    assert.equal(await find('sk_a'), null)
  })

  it('is looked up again after a failure', async () => {
    let fail = true
    const find = createKeyCache({
      findByDigest: async () => {
        if (fail) throw new Error('away')
        return OWNER
      },
    })
    await assert.rejects(find('sk_a'))
    fail = false
    assert.equal(await find('sk_a'), OWNER)
  })
})
