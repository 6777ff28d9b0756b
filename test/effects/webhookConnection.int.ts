import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Resolve } from '../../src/effects/addressGuard.js'
import type { CallResult } from '../../src/effects/ports.js'
import { createHttpCaller } from '../../src/effects/webhook.js'
import { httpSink, rawSink } from '../support/sink.js'

async function call(
  url: string,
  allow: readonly string[],
  more: { readonly resolve?: Resolve; readonly timeoutMs?: number } = {},
): Promise<CallResult> {
  const { resolve, timeoutMs = 2_000 } = more
  const caller = createHttpCaller({ allow, ...(resolve === undefined ? {} : { resolve }) })
  try {
    return await caller.call({ url, method: 'POST', headers: {}, body: '{}', timeoutMs, signing: null })
  } finally {
    await caller.close()
  }
}

describe('Webhook connection', () => {
  it('fails before anything is sent when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const result = await call(`http://127.0.0.1:${port}/`, [`127.0.0.1:${port}`])
    assert.equal(result.type === 'failed' && result.retriable, true)
    assert.equal(result.type === 'failed' && result.unknown, false)
    assert.match(result.type === 'failed' ? result.message : '', /ECONNREFUSED/)
  })

  it('counts the look-up of the name into the time limit', async () => {
    const never: Resolve = () => new Promise(() => undefined)
    const started = performance.now()
    const result = await call('https://slow.example/', [], { resolve: never, timeoutMs: 300 })
    assert.ok(performance.now() - started < 2_000)
    assert.equal(result.type === 'failed' && result.retriable, true)
    assert.equal(result.type === 'failed' && result.unknown, false)
  })

  it('connects to the address that was checked, and sends the name as Host', async () => {
    const hosts: (string | undefined)[] = []
    const sink = await httpSink((request, response) => {
      hosts.push(request.headers.host)
      response.end()
    })
    const pair = `hook.example:${sink.port}`
    let lookups = 0
    const resolve: Resolve = async () => {
      lookups++
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const result = await call(`http://${pair}/`, [pair], { resolve })
    await sink.close()
    assert.equal(result.type, 'answered')
    assert.deepEqual(hosts, [pair])
    assert.equal(lookups, 1)
  })

  it('names the host in TLS and does not talk to a server that cannot prove it', async () => {
    const names: (string | false | null)[] = []
    let bytes = 0
    const server = createTlsServer({
      SNICallback(name, done) {
        names.push(name)
        done(null)
      },
    })
    server.on('secureConnection', (socket: TLSSocket) =>
      socket.on('data', (chunk) => (bytes += chunk.length)),
    )
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const pair = `secure.example:${port}`
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const result = await call(`https://${pair}/`, [pair], { resolve })
    server.close()
    assert.deepEqual(names, ['secure.example'])
    assert.equal(bytes, 0)
    assert.equal(result.type === 'failed' && result.unknown, false)
  })

  it('sends nothing once the time is over, even if the connection comes later', async () => {
    let requests = 0
    // The handshake of TLS never ends, so the connection is never there within the time.
    const sink = await rawSink((socket) => socket.on('data', () => requests++))
    const pair = `127.0.0.1:${sink.port}`
    const caller = createHttpCaller({ allow: [pair] })
    const result = await caller.call({
      url: `https://${pair}/`,
      method: 'POST',
      headers: {},
      body: '{}',
      timeoutMs: 300,
      signing: null,
    })
    assert.equal(result.type === 'failed' && result.unknown, false)
    assert.equal(requests, 1)
    await sink.close()
    await caller.close()
  })
})
