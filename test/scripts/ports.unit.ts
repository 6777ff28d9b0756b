import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { freePort, freePorts, isFree, nextFreePort } from '../../scripts/services/ports.js'

async function taken(test: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await test((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}

describe('choosing a port', () => {
  it('keeps the preferred one while it is free', async () => {
    const port = await freePort()
    assert.equal(await freePort(port), port)
  })

  it('takes another when the preferred one is taken', () =>
    taken(async (port) => {
      assert.equal(await isFree(port), false)
      assert.notEqual(await freePort(port), port)
    }))

  it('never gives the same port twice', async () => {
    const ports = await freePorts(4)
    assert.equal(new Set(ports).size, 4)
    const same = ports[0] ?? 0
    const [first, second] = await freePorts(2, [same, same])
    assert.equal(first, same)
    assert.notEqual(second, same)
  })

  it('goes upwards from the wished one', () =>
    taken(async (port) => {
      assert.ok((await nextFreePort(port)) > port)
    }))
})
