import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Handler } from '../../consumers/batch.js'
import { deadLetter } from '../../consumers/middlewares/deadLetter.js'
import { retry } from '../../consumers/middlewares/retry.js'
import { connectOffsetReader, type OffsetReader } from '../../consumers/run/offsets.js'
import { createStartConsumer, type RunningConsumer } from '../../consumers/run.js'
import { MillraceError } from '../../src/errors.js'
import type { Topic } from '../../src/topology.js'
import { depsOf } from '../support/engineDeps.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { produce, readTopic, withAdmin } from '../support/topicTools.js'

/** What ends or silences a consumer of the library as it is shipped, one test each. */
describe('traps of the consumer', () => {
  let world: EngineWorld
  let offsets: OffsetReader
  let running: RunningConsumer[] = []
  let crashes: string[] = []
  const made: string[] = []
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    const brokers = String(process.env['KAFKA_BROKERS']).split(',')
    offsets = await connectOffsetReader({ kafka: world.connections.kafka, brokers, patienceMs: 15_000 })
  })
  beforeEach(() => {
    crashes = []
  })
  afterEach(async function () {
    this.timeout(60_000)
    await Promise.all(running.map((one) => one.stop()))
    running = []
  })
  after(async function () {
    this.timeout(60_000)
    await withAdmin(world.connections, (admin) => admin.deleteTopics({ topics: made }))
    await offsets.close()
    await world.close()
  })

  /** A topic of one partition with these messages. */
  const topicWith = async (values: readonly string[]): Promise<Topic> => {
    const topic = { ...world.connections.topology.timers, name: `trap-${randomUUID()}`, partitions: 1 }
    await withAdmin(world.connections, (admin) =>
      admin.createTopics({ waitForLeaders: false, topics: [{ topic: topic.name, numPartitions: 1 }] }),
    )
    made.push(topic.name)
    const messages = values.map((value) => ({ value }))
    // A topic that was just made is unknown for a moment.
    await until('the topic takes messages', () =>
      produce(world.connections, topic.name, messages).then(
        () => true,
        () => false,
      ),
    )
    return topic
  }
  const start = async (topic: Topic, handler: Handler, stuckAfterMs = 60_000) => {
    const consumer = await createStartConsumer({
      kafka: world.connections.kafka,
      offsets,
      announcer: world.announcer,
      maxMessages: 100,
      stuckAfterMs,
      sessionTimeoutMs: 10_000,
      onCrash: (reason) => crashes.push(reason),
    })({ topic, handler })
    running.push(consumer)
    return consumer
  }
  const careful = (handler: Handler) => retry()(deadLetter(depsOf(world))(handler))
  const seenBy = () => {
    const seen: string[] = []
    const handler: Handler = async ({ messages }) => {
      seen.push(...messages.map(({ value }) => String(value)))
      return { type: 'done' }
    }
    return { seen, handler }
  }
  const letters = async (topic: Topic) => {
    const all = await readTopic(world.connections, world.connections.topology.deadLetters.name)
    return all.filter(({ headers }) => headers['millrace-topic'] === topic.name)
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n))

  for (const Thrown of [TypeError, RangeError, ReferenceError, SyntaxError, Error]) {
    it(`a handler that throws ${Thrown.name}: its message is parked, its neighbours are handled`, async () => {
      const topic = await topicWith(numbers(20))
      const { seen, handler } = seenBy()
      await start(
        topic,
        careful(async (batch, control) => {
          if (batch.messages.some(({ value }) => String(value) === '7')) throw new Thrown('poison')
          return handler(batch, control)
        }),
      )
      await until('all but one are handled', () => seen.length >= 19)
      assert.deepEqual(new Set(seen), new Set(numbers(20).filter((one) => one !== '7')))
      const [letter, ...others] = await letters(topic)
      assert.equal(others.length, 0)
      assert.equal(String(letter?.value), '7')
      assert.match(letter?.headers['millrace-message'] ?? '', /poison/)
      assert.deepEqual(crashes, [])
    })
  }

  it('a sixth error in a row, and more: the partition rests, then goes on', async function () {
    this.timeout(60_000)
    const topic = await topicWith(numbers(3))
    const { seen, handler } = seenBy()
    let left = 7
    await start(
      topic,
      careful(async (batch, control) => {
        if (left-- > 0) throw new MillraceError('DATABASE_AWAY', 'away')
        return handler(batch, control)
      }),
    )
    await until('all are handled', () => seen.length === 3, 50_000)
    assert.deepEqual([seen, crashes], [numbers(3), []])
    assert.deepEqual(await letters(topic), [])
  })

  it('an error that nothing catches: the process is told to end', async () => {
    const topic = await topicWith(numbers(1))
    await start(topic, async () => {
      throw new TypeError('a defect')
    })
    await until('it is told', () => crashes.length > 0)
    assert.match(crashes[0] ?? '', /a defect/)
  })

  it('offsets that are not there any more: it begins with the earliest that is', async () => {
    const [beyond, before] = [await topicWith(numbers(10)), await topicWith(numbers(10))]
    await withAdmin(world.connections, async (admin) => {
      const commit = (topic: string, offset: string) =>
        admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset }] })
      await commit(beyond.name, '1000')
      await commit(before.name, '2')
      await admin.deleteTopicRecords({ topic: before.name, partitions: [{ partition: 0, offset: '5' }] })
    })
    const [fromStart, fromLow] = [seenBy(), seenBy()]
    await start(beyond, careful(fromStart.handler))
    await start(before, careful(fromLow.handler))
    await until('all that is there was read', () => fromStart.seen.length >= 10 && fromLow.seen.length >= 5)
    assert.deepEqual(fromStart.seen, numbers(10))
    assert.deepEqual(fromLow.seen, numbers(10).slice(5))
  })

  it('no progress where there are messages: the watchdog tells the process to end', async function () {
    this.timeout(60_000)
    const topic = await topicWith(numbers(5))
    let release: () => void = () => undefined
    const hung = new Promise<void>((resolve) => {
      release = resolve
    })
    await start(
      topic,
      careful(async () => {
        await hung
        return { type: 'done' }
      }),
      6_000,
    )
    await until('the watchdog has told it', () => crashes.length > 0, 50_000)
    assert.match(crashes[0] ?? '', /stuck: partition 0 has messages and does not move/)
    release()
  })
})
