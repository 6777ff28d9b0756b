import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Counter, Registry } from 'prom-client'
import { type OperationsServer, startOperationsServer } from '../../src/operationsServer.js'

const HEALTH = fileURLToPath(new URL('../../bin/health.js', import.meta.url))

interface Ended {
  readonly code: number
  readonly told: string
}

function checkHealth(port: number): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [HEALTH, `http://127.0.0.1:${port}/ready`], (error, _, told) =>
      resolve({ code: Number(error?.code ?? 0), told }),
    )
  })
}

describe('the operations server', () => {
  let server: OperationsServer
  let reasons: string[] = []
  const at = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`)

  before(async () => {
    const registry = new Registry()
    new Counter({ name: 'some_total', help: 'Some', registers: [registry] }).inc(3)
    const readiness = { check: async () => ({ ready: reasons.length === 0, reasons }) }
    server = await startOperationsServer({ registry, readiness }, { host: '127.0.0.1', port: 0 })
  })
  beforeEach(() => {
    reasons = []
  })
  after(() => server.close())

  it('says that the process is alive, ready or not', async () => {
    reasons = ['MongoDB is away']
    const answer = await at('/health')
    assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok' }])
  })

  it('says whether the process is ready, and what is missing', async () => {
    assert.equal((await at('/ready')).status, 200)
    reasons = ['MongoDB is away']
    const answer = await at('/ready')
    assert.deepEqual([answer.status, await answer.json()], [503, { ready: false, reasons }])
  })

  it('shows metrics, and nothing else', async () => {
    const answer = await at('/metrics')
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(await answer.text(), /^some_total 3$/m)
    assert.equal((await at('/v1/workflows')).status, 404)
  })

  it('is what the health check of a container asks', async () => {
    assert.deepEqual(await checkHealth(server.port), { code: 0, told: '' })
    reasons = ['MongoDB is away']
    const ended = await checkHealth(server.port)
    assert.equal(ended.code, 1)
    assert.match(ended.told, /answers 503: .*MongoDB is away/)
  })

  it('makes the health check fail once it is gone', async () => {
    const readiness = { check: async () => ({ ready: true, reasons: [] }) }
    const place = { host: '127.0.0.1', port: 0 }
    const other = await startOperationsServer({ registry: new Registry(), readiness }, place)
    await other.close()
    const ended = await checkHealth(other.port)
    assert.equal(ended.code, 1)
    assert.match(ended.told, /ECONNREFUSED/)
  })
})
