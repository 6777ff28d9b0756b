import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Admin } from 'kafkajs'
import { createEventProducer, type EventProducer, type PublishedEvent } from 'millrace/producer'
import { MillraceError } from '../../src/errors.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { readTopic, type TopicReader } from '../support/topicReader.js'

const BROKERS = (process.env['KAFKA_BROKERS'] ?? '').split(',')
const registryUrl = process.env['SCHEMA_REGISTRY_URL'] ?? ''

describe('the package entry millrace/producer', () => {
  let world: EngineWorld
  let reader: TopicReader
  let producer: EventProducer
  let admin: Admin
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
    reader = await readTopic(world.inputTopic)
    admin = world.connections.kafka.admin()
    await admin.connect()
    const { projectId, inputTopic: topic } = world
    producer = await createEventProducer({ brokers: BROKERS, projectId, topic, registryUrl })
  })
  after(async function () {
    this.timeout(60_000)
    await producer.close()
    await admin.disconnect()
    await reader.close()
    await world.close()
  })

  const read = async () => {
    const { codec } = world.connections
    const decoded = await codec.decodeAll(
      'contactEvent',
      reader.messages.map(({ value }) => value),
    )
    return decoded.map((one) => {
      assert.ok(one.ok, JSON.stringify(one))
      return one.value
    })
  }

  it('publishes under the lower-cased address, with an id for every event', async function () {
    this.timeout(60_000)
    const occurredAt = new Date('2026-03-01T00:00:00.000Z')
    const [named, made] = await producer.publish([
      { name: 'purchased', email: ' Ada@Example.com ', data: { amount: 5 }, eventId: 'order-1', occurredAt },
      { name: 'purchased', email: 'bob@example.com', subscribed: false },
    ])
    assert.equal(named, 'order-1')
    assert.match(String(made), /^[0-9a-f-]{36}$/)
    await until('both are there', () => reader.messages.length === 2)
    const keys = reader.messages.map(({ key }) => String(key)).sort()
    assert.deepEqual(keys, ['ada@example.com', 'bob@example.com'])
    const first = (await read()).find(({ eventId }) => eventId === 'order-1')
    assert.deepEqual(first?.data, { amount: 5 })
    assert.deepEqual(first?.occurredAt, occurredAt)
    assert.equal(reader.messages[0]?.value?.[0], 0)
  })

  it('shares sends between calls that come together', async function () {
    this.timeout(60_000)
    const before = reader.messages.length
    const calls = Array.from({ length: 500 }, (_, n) =>
      producer.publish({ name: 'many', email: `c${n}@example.com` }),
    )
    await Promise.all(calls)
    await until('all are there', () => reader.messages.length === before + 500)
  })

  it('refuses what would be parked, names the field, and sends nothing of the call', async () => {
    const before = reader.messages.length
    const email = 'a@example.com'
    const wrong: readonly (readonly [PublishedEvent, string])[] = [
      [{ name: '', email }, 'name'],
      [{ name: 'n'.repeat(201), email }, 'name'],
      [{ name: 'n', email: 'no address' }, 'email'],
      [{ name: 'n' }, 'email'],
      [{ name: 'n', contactId: 'nobody' }, 'contactId'],
      [{ name: 'n', email, eventId: '' }, 'eventId'],
      [{ name: 'n', email, data: { text: 'x'.repeat(300_000) } }, 'data'],
      [{ name: 'n', email, data: JSON.parse('{"__proto__": 1}') }, 'data'],
    ]
    for (const [event, field] of wrong) {
      await assert.rejects(producer.publish([{ name: 'right', email }, event]), (error) => {
        assert.ok(error instanceof MillraceError && error.code === 'VALIDATION_ERROR')
        assert.equal(error.faults[0]?.field, field)
        return true
      })
    }
    assert.equal(reader.messages.length, before)
    const nowhere = createEventProducer({ brokers: BROKERS, projectId: 'x' })
    await assert.rejects(nowhere, /projectId: must be a UUID/)
  })

  it('says where nobody answers at the start', async () => {
    const away = createEventProducer({
      brokers: ['127.0.0.1:9'],
      projectId: world.projectId,
      connectWithinMs: 500,
    })
    await assert.rejects(away, (error) => {
      assert.ok(error instanceof MillraceError && error.code === 'UNREACHABLE')
      assert.match(error.message, /127\.0\.0\.1:9/)
      return true
    })
  })

  it('tries again what Kafka does not take yet, and says so when time is over', async function () {
    this.timeout(120_000)
    const { projectId } = world
    const topic = `${world.inputTopic}.later`
    const email = 'l@example.com'
    const hasty = await createEventProducer({ brokers: BROKERS, projectId, topic, deliverWithinMs: 1_000 })
    await assert.rejects(
      hasty.publish({ name: 'late', email }),
      (error) => error instanceof MillraceError && error.code === 'SERVICE_UNAVAILABLE',
    )
    await hasty.close()
    const patient = await createEventProducer({ brokers: BROKERS, projectId, topic, deliverWithinMs: 60_000 })
    const eventId = randomUUID()
    const published = patient.publish({ name: 'late', email, eventId })
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false })
    assert.deepEqual(await published, [eventId])
    const later = await readTopic(topic)
    // At least once: a try whose answer was lost stands there, too, under the same id.
    await until('it is there', () => later.messages.length >= 1)
    for (const { value } of later.messages) assert.equal(JSON.parse(String(value)).eventId, eventId)
    await Promise.all([later.close(), patient.close()])
    await admin.deleteTopics({ topics: [topic] })
  })

  it('ends what it was told before it is closed, and takes nothing afterwards', async function () {
    this.timeout(60_000)
    const { projectId, inputTopic: topic } = world
    const closing = await createEventProducer({ brokers: BROKERS, projectId, topic })
    const before = reader.messages.length
    const ids = Array.from({ length: 5_000 }, () => randomUUID())
    const calls = ids.map((eventId) =>
      closing.publish({ name: 'last', email: `${eventId}@example.com`, eventId }),
    )
    await closing.close()
    assert.equal((await Promise.all(calls)).length, ids.length)
    await until('all are there', () => reader.messages.length >= before + ids.length)
    await assert.rejects(
      closing.publish({ name: 'late', email: 'late@example.com' }),
      (error) => error instanceof MillraceError && error.code === 'SERVICE_UNAVAILABLE',
    )
    await closing.close()
  })

  it('writes nothing more once it is closed', async function () {
    this.timeout(60_000)
    const { projectId } = world
    const topic = `${world.inputTopic}.closed`
    const closing = await createEventProducer({ brokers: BROKERS, projectId, topic, deliverWithinMs: 200 })
    await assert.rejects(closing.publish({ name: 'late', email: 'l@example.com' }))
    await closing.close()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false })
    await new Promise((resolve) => setTimeout(resolve, LAST_TRY_MS))
    assert.deepEqual(
      (await admin.fetchTopicOffsets(topic)).map(({ high }) => high),
      ['0'],
    )
    await admin.deleteTopics({ topics: [topic] })
  })
})

/** Longer than the client goes on trying by itself. */
const LAST_TRY_MS = 6_000
