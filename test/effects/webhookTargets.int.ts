import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Address, Resolve } from '../../src/effects/addressGuard.js'
import type { HttpCall } from '../../src/effects/ports.js'
import { createHttpCaller } from '../../src/effects/webhook.js'

const call = (url: string): HttpCall => ({
  url,
  method: 'POST',
  headers: {},
  body: '{}',
  timeoutMs: 3_000,
  signing: null,
})

const v4 = (address: string): Address => ({ address, family: 4 })
const v6 = (address: string): Address => ({ address, family: 6 })

/** What the names of these tests resolve to, whichever number of the look-up it is. */
const NAMES: Readonly<Record<string, (lookup: number) => readonly Address[]>> = {
  'loopback.example': () => [v4('127.0.0.1')],
  'loopback6.example': () => [v6('::1')],
  'private.example': () => [v4('10.1.2.3')],
  'metadata.example': () => [v4('169.254.169.254')],
  'mapped.example': () => [v6('::ffff:127.0.0.1')],
  'nat64.example': () => [v6('64:ff9b::7f00:1')],
  'zone.example': () => [v6('fe80::1%eth0')],
  'both.example': () => [v4('93.184.215.14'), v4('127.0.0.1')],
  'both6.example': () => [v6('2606:2800:21f:cb07::1'), v6('::1')],
}

/** Forms of an address of this machine or of a network that is not public; `PORT` is the sink's. */
const TARGETS = [
  'http://127.0.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://127.255.255.254:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::ffff:a9fe:a9fe]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://[64:ff9b:1::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/',
  'http://[fe80::1%25eth0]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fd00:ec2::254]:PORT/',
  'http://[fec0::1]:PORT/',
  'http://[ff02::1]:PORT/',
  'http://[100::1]:PORT/',
  'http://[2001:db8::1]:PORT/',
  'http://[3fff::1]:PORT/',
  'http://[4000::1]:PORT/',
  'http://①②⑦.⓪.⓪.①:PORT/',
  'http://１２７.０.０.１:PORT/',
  'http://127。0。0。1:PORT/',
  'http://127．0．0．1:PORT/',
  'http://127%2e0%2e0%2e1:PORT/',
  'http://10.0.0.1:PORT/',
  'http://172.16.0.1:PORT/',
  'http://172.31.255.255:PORT/',
  'http://192.168.1.1:PORT/',
  'http://100.64.0.1:PORT/',
  'http://100.100.100.200:PORT/',
  'http://198.18.0.1:PORT/',
  'http://198.19.255.255:PORT/',
  'http://192.0.0.1:PORT/',
  'http://192.0.2.1:PORT/',
  'http://224.0.0.1:PORT/',
  'http://240.0.0.1:PORT/',
  'http://255.255.255.255:PORT/',
  'http://169.254.169.254:PORT/latest/meta-data/',
  'http://168.63.129.16:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://ｌocalhost:PORT/',
  'http://api.localhost:PORT/',
  'http://metadata.google.internal:PORT/',
  'http://metadata.google.internal.:PORT/',
  'http://printer.local:PORT/',
  'http://router.home.arpa:PORT/',
  ...Object.keys(NAMES).map((name) => `http://${name}:PORT/`),
  'https://127.0.0.1:PORT/',
  'http://user:secret@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\@good.example/',
  'https://good.example\\@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT/\r\nX: 1',
  'http://127.0.0.\t1:PORT/',
  ' http://127.0.0.1:PORT/',
  'http://127.0.0.1:PORT/\0',
  'file:///etc/passwd',
  'ftp://127.0.0.1:PORT/',
  'gopher://127.0.0.1:PORT/',
  'data:text/plain,hello',
  'javascript:1',
  '//127.0.0.1:PORT/',
  '/path',
  '',
]

describe('Webhook targets', () => {
  let sink: Server
  let port: number
  let connections = 0
  const lookups = new Map<string, number>()
  const resolve: Resolve = async (name) => {
    const count = (lookups.get(name) ?? 0) + 1
    lookups.set(name, count)
    const addresses = NAMES[name]?.(count)
    assert.ok(addresses !== undefined, `unexpected look-up of ${name}`)
    return addresses
  }
  const caller = createHttpCaller({ allow: ['allowed.example:9'], resolve })

  before(async () => {
    sink = createServer((socket) => {
      connections++
      socket.destroy()
    }).listen(0, '::')
    await once(sink, 'listening')
    port = (sink.address() as AddressInfo).port
  })
  after(async () => {
    await caller.close()
    sink.close()
    assert.equal(connections, 0)
  })

  for (const target of TARGETS)
    it(`never calls ${JSON.stringify(target)}`, async () => {
      const result = await caller.call(call(target.replace('PORT', String(port))))
      assert.equal(result.type, 'failed')
      assert.equal(result.type === 'failed' && result.retriable, false, JSON.stringify(result))
      assert.equal(result.type === 'failed' && result.unknown, false)
      assert.equal(connections, 0)
    })
})
