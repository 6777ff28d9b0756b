import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { produce, type ReadMessage, readTopic } from '../support/topicTools.js'

const RICH = 'x'.repeat(900 * 1024)

describe('bad messages on the input topic', () => {
  let world: EngineWorld
  let workflow: Workflow
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    workflow = await world.given({
      eventName: 'signed_up',
      steps: [['done', 'EXIT', { reason: 'done' }]],
      arrows: [['trigger', 'done']],
    })
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  const text = (more: object) =>
    JSON.stringify({ projectId: world.projectId, name: 'signed_up', email: 'a@example.com', ...more })
  const good = (n: number) => text({ email: `good${n}@example.com`, eventId: randomUUID() })

  it('are parked with bytes, reason and place, and their neighbours are handled', async function () {
    this.timeout(60_000)
    const stranger = randomUUID()
    const bad: readonly (readonly [string, string | Buffer | null, string, RegExp])[] = [
      ['not JSON', 'hello { world', 'not_readable', /JSON/],
      ['a frame cut short', Buffer.from([0, 0, 1]), 'not_readable', /./],
      ['a frame of an unknown schema', Buffer.from([0, 0x7f, 0, 0, 1, 2, 3]), 'unknown_schema', /./],
      ['no project', text({ projectId: undefined }), 'invalid_field', /projectId/],
      ['an unknown project', text({ projectId: stranger }), 'unknown_project', new RegExp(stranger)],
      ['a wrong type', text({ name: 7 }), 'invalid_field', /name/],
      ['data that is no object', text({ data: [1] }), 'invalid_field', /data/],
      ['nobody', text({ email: null }), 'invalid_field', /email/],
      ['an empty value', null, 'no_value', /./],
      ['an empty text', '', 'no_value', /./],
      ['900 KB', text({ data: { rich: RICH } }), 'too_large', /data/],
      [
        'a prototype key',
        text({}).replace('{', '{"data":{"__proto__":{"x":1}},'),
        'invalid_field',
        /__proto__/,
      ],
      ['an unknown version', text({ v: 99 }), 'unknown_version', /v/],
      ['too many causes', text({ cause: { executionId: randomUUID(), depth: 17 } }), 'too_deep', /17/],
      ['an unknown contact', text({ email: null, contactId: stranger }), 'unknown_contact', /contactId/],
    ]
    const values = bad.flatMap(([, value], index) => [value, good(index)])
    await produce(
      world.connections,
      world.inputTopic,
      values.map((value, index) => ({ key: `k${index}`, value, partition: 1, headers: { from: 'test' } })),
    )
    await until('every good neighbour has ended', async () => {
      const all = await world.executions(workflow)
      return all.filter(({ state }) => isEnded(state)).length === bad.length
    })
    const letters = await lettersOf(bad.length)
    for (const [index, [what, value, reason, message]] of bad.entries()) {
      const letter = letters.get(index * 2)
      assert.ok(letter, what)
      assert.equal(letter.headers['millrace-reason'], reason, what)
      assert.match(letter.headers['millrace-message'] ?? '', message, what)
      assertPlace(letter, index * 2, value)
    }
    assert.deepEqual(world.announced, [])
  })

  async function lettersOf(count: number): Promise<Map<number, ReadMessage>> {
    const topic = world.connections.topology.deadLetters.name
    let letters: ReadMessage[] = []
    await until('every bad message is parked', async () => {
      letters = await readTopic(world.connections, topic)
      return letters.length >= count
    })
    assert.equal(letters.length, count)
    return new Map(letters.map((letter) => [Number(letter.headers['millrace-offset']), letter]))
  }

  function assertPlace(letter: ReadMessage, offset: number, value: string | Buffer | null): void {
    const bytes = value === null ? null : Buffer.from(value)
    assert.equal(letter.key, `k${offset}`)
    assert.deepEqual(letter.value, bytes)
    assert.equal(letter.headers['millrace-topic'], world.inputTopic)
    assert.equal(letter.headers['millrace-partition'], '1')
    assert.equal(letter.headers['millrace-size'], String(bytes?.length ?? 0))
    const sha = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex')
    assert.equal(letter.headers['millrace-sha256'], sha)
    assert.equal(letter.headers['from'], 'test')
  }
})
