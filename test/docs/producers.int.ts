import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WireContactEvent } from '../../schemas/codec.js'
import { cached, cacheFolder, fingerprint, type Recipe } from '../../scripts/services/cache.js'
import { run } from '../../scripts/services/processes.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { readTopic, type TopicReader } from '../support/topicReader.js'

/** The compiled test stands in `dist/test/docs`. */
const DOCS = fileURLToPath(new URL('../../../docs/producers/', import.meta.url))
const FETCH_LIMIT_MS = 600_000
const RUN_LIMIT_MS = 120_000
const file = (path: string) => join(DOCS, path)

async function fetched(folder: string, command: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await run(command, args, { cwd: folder, withinMs: FETCH_LIMIT_MS })
  if (!ok) throw new Error(`\`${command} ${args.join(' ')}\` failed:\n${output}`)
}

/** What each producer's users install by hand, once, outside the work tree. */
const PYTHON: Recipe = {
  name: 'producer-python',
  fingerprint: fingerprint(readFileSync(file('python/requirements.txt'), 'utf8'), process.arch),
  fill: (folder) => {
    const install = ['-m', 'pip', '-q', 'install', '--only-binary=:all:', '--target', folder]
    return fetched(folder, 'python3', [...install, '-r', file('python/requirements.txt')])
  },
}
const JAVA: Recipe = {
  name: 'producer-java',
  fingerprint: fingerprint(readFileSync(file('java/pom.xml'), 'utf8')),
  fill: async (folder) => {
    copyFileSync(file('java/pom.xml'), join(folder, 'pom.xml'))
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
    await fetched(folder, 'mvn', ['-q', '-B', copy, `-DoutputDirectory=${folder}`])
  },
}

type Command = readonly [command: string, args: readonly string[], env: Readonly<Record<string, string>>]

const PRODUCERS: Readonly<Record<string, () => Promise<Command>>> = {
  JavaScript: async () => [process.execPath, [file('javascript/publish.mjs')], {}],
  Python: async () => {
    const PYTHONPATH = await cached(cacheFolder(process.env), PYTHON)
    return ['python3', [file('python/publish.py')], { PYTHONPATH }]
  },
  Java: async () => {
    const libs = await cached(cacheFolder(process.env), JAVA)
    return ['java', ['-cp', join(libs, '*'), file('java/Publish.java')], {}]
  },
}

describe('the producers of the docs', () => {
  let world: EngineWorld
  let reader: TopicReader
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
    reader = await readTopic(world.inputTopic)
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    await reader.close()
    await world.close()
  })

  const events = async (): Promise<readonly (WireContactEvent & { readonly place: number })[]> => {
    const values = reader.messages.map(({ value }) => value)
    const decoded = await world.connections.codec.decodeAll('contactEvent', values)
    return decoded.flatMap((one, index) =>
      one.ok ? [{ ...one.value, place: reader.messages[index]?.partition ?? -1 }] : [],
    )
  }

  for (const [language, commandOf] of Object.entries(PRODUCERS)) {
    it(`${language}: an event arrives whole, under the contact's key, and is handled`, async function () {
      this.timeout(900_000)
      const [command, args, env] = await commandOf()
      const told = ['Ada@Example.com', `from ${language}`, '{"amount": 49.9, "tags": ["ü"]}']
      const where = { MILLRACE_TOPIC: world.inputTopic, MILLRACE_PROJECT_ID: world.projectId }
      const options = { env: { ...where, ...env }, withinMs: RUN_LIMIT_MS }
      const { ok, output } = await run(command, [...args, ...told], options)
      assert.ok(ok, output)
      const eventId = output.trim().split('\n').at(-1)
      const mine = async () => (await events()).find((event) => event.eventId === eventId)
      await until('it is on the topic', async () => (await mine()) !== undefined)
      const event = await mine()
      assert.equal(event?.name, `from ${language}`)
      assert.equal(event?.email, 'Ada@Example.com')
      assert.deepEqual(event?.data, { amount: 49.9, tags: ['ü'] })
      assert.ok(Math.abs((event?.occurredAt?.getTime() ?? 0) - Date.now()) < RUN_LIMIT_MS)
      const recorded = world.database.db.collection('events')
      await until('it is recorded', async () => (await recorded.countDocuments({ eventId })) === 1)
    })
  }

  it('all of them put one contact on one partition', async () => {
    const all = await events()
    assert.deepEqual(
      all.map(({ name }) => name),
      Object.keys(PRODUCERS).map((language) => `from ${language}`),
    )
    assert.equal(new Set(all.map(({ place }) => place)).size, 1)
    const keys = reader.messages.map(({ key }) => key?.toString())
    assert.deepEqual(
      keys,
      all.map(() => 'ada@example.com'),
    )
  })
})
