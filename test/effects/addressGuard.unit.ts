import assert from 'node:assert/strict'
import {
  type Address,
  createAddressGuard,
  NameNotFound,
  normalPair,
  TargetRefused,
} from '../../src/effects/addressGuard.js'

const PUBLIC: Address = { address: '93.184.215.14', family: 4 }
const LOCAL: Address = { address: '127.0.0.1', family: 4 }

describe('Address guard', () => {
  const everywhere = createAddressGuard({ allow: [], resolve: async () => [PUBLIC] })

  const allowed = [
    'https://good.example/hook?a=1#x',
    'http://good.example:8080/',
    'https://good.example:8443/',
    'https://93.184.215.14/',
    'https://[2606:4700::1111]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::808:808]/',
    'https://bücher.example/',
    'https://notlocalhost.example/',
    'https://internal.example/',
    'https://local.example/',
  ]
  for (const url of allowed)
    it(`lets ${url} through`, async () => {
      const target = await everywhere(url)
      assert.equal(target.url.href, new URL(url).href)
      assert.equal(target.addresses.length, 1)
    })

  for (const port of [1, 22, 25, 53, 465, 587, 3306, 5432, 6379, 6667, 9092, 11211, 27017])
    it(`refuses port ${port}`, () =>
      assert.rejects(everywhere(`https://good.example:${port}/`), (error) => error instanceof TargetRefused))

  it('resolves a name once and hands on the very addresses it checked', async () => {
    let lookups = 0
    const rebinding = createAddressGuard({
      allow: [],
      resolve: async () => [lookups++ === 0 ? PUBLIC : LOCAL],
    })
    assert.deepEqual((await rebinding('https://rebind.example/')).addresses, [PUBLIC])
    assert.equal(lookups, 1)
    await assert.rejects(rebinding('https://rebind.example/'), TargetRefused)
  })

  it('refuses a name with one public and one private address', async () => {
    const guard = createAddressGuard({ allow: [], resolve: async () => [PUBLIC, LOCAL] })
    await assert.rejects(guard('https://both.example/'), /127\.0\.0\.1 is not public/)
  })

  it('says that a name without addresses was not found, which may pass', async () => {
    const guard = createAddressGuard({ allow: [], resolve: async () => [] })
    await assert.rejects(guard('https://gone.example/'), NameNotFound)
  })

  it('finds no address for a name of a reserved domain', async () => {
    await assert.rejects(createAddressGuard({ allow: [] })('https://nothing.invalid/'), NameNotFound)
  })

  it('lets exactly the allowed host and port through', async () => {
    const allow = ['127.0.0.1:9000', 'LOCALHOST:6379', '[::1]:80', 'sink.internal:443']
    const guard = createAddressGuard({ allow, resolve: async () => [LOCAL] })
    for (const url of [
      'http://127.0.0.1:9000/',
      'http://2130706433:9000/',
      'http://localhost.:6379/',
      'http://[::1]/',
      'https://sink.internal/',
    ])
      assert.equal((await guard(url)).addresses.length, 1)
    for (const url of [
      'http://127.0.0.1:9001/',
      'http://127.0.0.2:9000/',
      'http://localhost/',
      'https://[::1]/',
      'http://sink.internal/',
    ])
      await assert.rejects(guard(url), TargetRefused)
  })

  for (const pair of [
    '',
    'localhost',
    'http://localhost:80',
    'localhost:x',
    'a b:80',
    'user@host:80',
    'host:80/path',
  ])
    it(`takes no ${JSON.stringify(pair)} for a host and port`, () =>
      assert.throws(() => normalPair(pair), /host:port/))
})
