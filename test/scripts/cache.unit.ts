import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached, cacheFolder, fingerprint, isCached } from '../../scripts/services/cache.js'

describe('the cache of fetched packages', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'millrace-cache-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const recipe = (text: string, fill?: (folder: string) => Promise<void>) => ({
    name: 'thing-1',
    fingerprint: fingerprint(text),
    fill: fill ?? (async (folder: string) => writeFileSync(join(folder, 'file'), text)),
  })

  it('fills a folder once', async () => {
    let fills = 0
    const counting = recipe('a', async (folder) => {
      fills++
      writeFileSync(join(folder, 'file'), 'a')
    })
    assert.equal(isCached(root, counting), false)
    const folder = await cached(root, counting)
    assert.equal(await cached(root, counting), folder)
    assert.equal(isCached(root, counting), true)
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'a')
    assert.equal(fills, 1)
  })

  it('keeps nothing of a fetch that broke off', async () => {
    const broken = recipe('a', async (folder) => {
      writeFileSync(join(folder, 'half'), '')
      throw new Error('connection lost')
    })
    await assert.rejects(cached(root, broken), /connection lost/)
    assert.equal(isCached(root, broken), false)
    assert.deepEqual(readdirSync(join(root, 'drafts')), [])
  })

  it('comes to one result when two fetch at once', async () => {
    const folders = await Promise.all([cached(root, recipe('a')), cached(root, recipe('a'))])
    assert.equal(folders[0], folders[1])
    assert.ok(existsSync(join(folders[0] ?? '', 'file')))
    assert.deepEqual(readdirSync(join(root, 'drafts')), [])
  })

  it('makes another folder from another recipe', async () => {
    assert.notEqual(await cached(root, recipe('a')), await cached(root, recipe('b')))
    assert.notEqual(fingerprint('ab', 'c'), fingerprint('a', 'bc'))
  })

  it('lies where the system keeps caches', () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/millrace')
    assert.match(cacheFolder({}), /\.cache\/millrace$/)
  })
})
