import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { RangePart } from '../../consumers/run/range.js'
import { readRange } from '../../consumers/run/readRange.js'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'
import { deleteRecords } from '../support/topicTools.js'

describe('a range of a topic', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld({ PARTITIONS: '1' })
    const events = Array.from({ length: 10 }, (_, n) => ({ name: 'bought', email: `c${n}@example.com` }))
    await world.publish(events)
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  const read = async (lows: () => Promise<ReadonlyMap<number, number>>) => {
    const parts: Pick<RangePart, 'upTo' | 'messages'>[] = []
    await readRange({
      kafka: world.connections.kafka,
      topic: world.inputTopic,
      groupId: `${world.inputTopic}.${randomUUID()}`,
      ranges: [{ partition: 0, next: 2, end: 8 }],
      lows,
      onMessages: async (part) => void parts.push(part),
      isStopping: () => false,
    })
    return parts.map(({ upTo, messages }) => [upTo, messages.map(({ offset }) => offset)])
  }

  it('is read once, and no fetch is waited for behind its end', async function () {
    this.timeout(60_000)
    const startedMs = performance.now()
    assert.deepEqual(await read(async () => new Map([[0, 0]])), [[8, [2, 3, 4, 5, 6, 7]]])
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < 4_000, `${tookMs} ms: the last fetch was waited for`)
  })

  it('that retention has taken to its end is passed without a message, also while it is being read', async function () {
    this.timeout(60_000)
    await deleteRecords(world.connections, world.inputTopic, [{ partition: 0, offset: '10' }])
    assert.deepEqual(await read(async () => new Map([[0, 10]])), [[8, []]])
    let looks = 0
    const laterLost = async () => new Map([[0, looks++ === 0 ? 0 : 10]])
    assert.deepEqual(await read(laterLost), [[8, []]])
    assert.equal(looks, 2)
  })
})
