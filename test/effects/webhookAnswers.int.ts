import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { gzipSync } from 'node:zlib'
import type { CallResult } from '../../src/effects/ports.js'
import { createHttpCaller } from '../../src/effects/webhook.js'
import { rawSink } from '../support/sink.js'

const TIMEOUT_MS = 1_000
const MIB = 1024 * 1024

/** Writes as fast as the other side reads, and counts what was taken. */
function flood(socket: Socket, chunk: Buffer, counter: { bytes: number }): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk)) counter.bytes += chunk.length
    counter.bytes += chunk.length
  }
  socket.on('drain', more)
  more()
}

interface Told {
  readonly result: CallResult
  readonly ms: number
  readonly taken: number
  readonly memory: number
}

/** One call against a server that answers with whatever `talk` does once the request is there. */
async function tell(talk: (socket: Socket, counter: { bytes: number }) => void): Promise<Told> {
  const counter = { bytes: 0 }
  const sink = await rawSink((socket) => socket.once('data', () => talk(socket, counter)))
  const caller = createHttpCaller({ allow: [sink.pair] })
  const before = process.memoryUsage().rss
  const started = performance.now()
  const result = await caller.call({
    url: sink.url,
    method: 'POST',
    headers: {},
    body: '{}',
    timeoutMs: TIMEOUT_MS,
    signing: null,
  })
  const told = {
    result,
    ms: performance.now() - started,
    taken: counter.bytes,
    memory: process.memoryUsage().rss - before,
  }
  await caller.close()
  await sink.close()
  return told
}

function assertBounded({ ms, memory }: Told): void {
  assert.ok(ms < TIMEOUT_MS + 1_500, `took ${ms} ms`)
  assert.ok(memory < 100 * MIB, `took ${memory} bytes`)
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

describe('Webhook answers of a hostile server', () => {
  it('stops reading a body of 1 GB', async () => {
    const told = await tell((socket, counter) => {
      socket.write(`${HEAD}Content-Length: 1073741824\r\n\r\n`)
      flood(socket, Buffer.alloc(64 * 1024, 'x'), counter)
    })
    assertBounded(told)
    assert.ok(told.taken < 32 * MIB)
    assert.equal(told.result.type === 'answered' && told.result.statusCode, 200)
  })

  it('stops reading endless chunks', async () => {
    const told = await tell((socket, counter) => {
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
      flood(socket, Buffer.from(`1000\r\n${'y'.repeat(4096)}\r\n`), counter)
    })
    assertBounded(told)
    assert.ok(told.taken < 32 * MIB)
    assert.equal(told.result.type, 'answered')
  })

  for (const encoding of ['gzip', 'GZIP', 'zstd', 'gzip, gzip'])
    it(`does not unpack a bomb in ${encoding}`, async () => {
      const bomb = gzipSync(Buffer.alloc(50 * MIB))
      const told = await tell((socket) =>
        socket.end(
          Buffer.concat([
            Buffer.from(`${HEAD}Content-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\n\r\n`),
            bomb,
          ]),
        ),
      )
      assertBounded(told)
      assert.equal(told.result.type === 'answered' && told.result.response, null)
    })

  it('reads a small body that was packed without being asked', async () => {
    const body = gzipSync('{"ok":true}')
    const told = await tell((socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`),
          body,
        ]),
      ),
    )
    assert.deepEqual(told.result.type === 'answered' && told.result.response, { ok: true })
  })

  const timeouts: readonly [string, (socket: Socket) => void][] = [
    ['hangs before the headers', () => undefined],
    ['hangs after the headers', (socket) => socket.write(`${HEAD}Content-Length: 10\r\n\r\n{`)],
    ['hangs within the headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nX-')],
    [
      'sends a byte at a time',
      (socket) => {
        socket.write(`${HEAD}Content-Length: 1000\r\n\r\n`)
        const timer = setInterval(() => socket.write('x'), 50)
        socket.on('close', () => clearInterval(timer))
      },
    ],
    [
      'sends one 102 after another',
      (socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 150)
        socket.on('close', () => clearInterval(timer))
      },
    ],
  ]
  for (const [what, talk] of timeouts)
    it(`gives up on one that ${what}, with the outcome unknown`, async () => {
      const told = await tell(talk)
      assertBounded(told)
      assert.ok(told.ms >= TIMEOUT_MS - 5)
      const { result } = told
      assert.equal(
        result.type === 'failed' && result.retriable && result.unknown,
        true,
        JSON.stringify(result),
      )
      assert.match(result.type === 'failed' ? result.message : '', /no answer within 1000 ms.*unknown/)
    })

  it('refuses 10,000 headers', async () => {
    const told = await tell((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n${'X-Header: some value\r\n'.repeat(10_000)}Content-Length: 0\r\n\r\n`),
    )
    assertBounded(told)
    assert.equal(told.result.type === 'failed' && told.result.retriable, false)
    assert.match(told.result.type === 'failed' ? told.result.message : '', /headers are too long/)
  })

  it('stops at endless informational answers', async () => {
    const told = await tell((socket, counter) =>
      flood(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'), counter),
    )
    assertBounded(told)
    assert.equal(told.result.type, 'failed')
  })

  for (const [what, talk] of [
    ['resets after the request', (socket: Socket) => socket.resetAndDestroy()],
    ['closes after the request', (socket: Socket) => socket.end()],
    ['closes within the body', (socket: Socket) => socket.end(`${HEAD}Content-Length: 10\r\n\r\n{`)],
    ['does not speak HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ] as const)
    it(`may try again one that ${what}, with the outcome unknown`, async () => {
      const { result } = await tell(talk)
      assert.equal(
        result.type === 'failed' && result.retriable && result.unknown,
        true,
        JSON.stringify(result),
      )
    })
})
