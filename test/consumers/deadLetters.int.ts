import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { MOST_AT_ONCE, redriveLetter, redriveMany } from '../../src/api/redrive.js'
import type { Letter, LetterFilter } from '../../src/store/ports/deadLetters.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { LetterId } from '../../src/workflow/ids.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { createKafkaPublisher, type KafkaPublisher } from '../support/rawPublisher.js'

describe('dead letters', () => {
  let world: EngineWorld
  let raw: KafkaPublisher
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
    raw = await createKafkaPublisher()
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    await raw.close()
    await world.close()
  })

  const everything: LetterFilter = {
    projectId: 'any',
    reason: null,
    topic: null,
    status: null,
    from: null,
    to: null,
  }
  const store = () => world.connections.stores.deadLetters
  const deps = () => {
    const { stores, outbox, clock } = world.connections
    return { deadLetters: stores.deadLetters, outbox, clock }
  }
  const letters = (filter: Partial<LetterFilter> = {}) =>
    store().list({ ...everything, ...filter }, { after: null, limit: MOST_AT_ONCE })
  const whole = async (filter: Partial<LetterFilter>): Promise<Letter> => {
    await until('the letter is kept', async () => (await letters(filter)).length > 0)
    const [row] = await letters(filter)
    const letter = row === undefined ? null : await store().get('any', row.id)
    assert.ok(letter)
    return letter
  }

  it('keeps bytes, reason, place and the project that they name', async function () {
    this.timeout(60_000)
    const value = JSON.stringify({ projectId: world.projectId, name: '', email: 'a@example.com' })
    const headers = { 'trace.id': 'abc' }
    await raw.send(world.inputTopic, { key: 'a@example.com', value, headers })
    const letter = await whole({ projectId: world.projectId })
    assert.equal(letter.reason, 'invalid_field')
    assert.match(letter.message, /name/)
    assert.equal(letter.topic, world.inputTopic)
    assert.equal(letter.value?.toString(), value)
    assert.equal(letter.key?.toString(), 'a@example.com')
    assert.deepEqual(letter.headers, headers)
    assert.equal(JSON.parse(letter.decoded ?? '').email, 'a@example.com')
    assert.equal(letter.status, 'PARKED')
    assert.equal(await store().get(randomUUID() as never, letter.id), null)
  })

  it('keeps what names no project for those who may see all', async function () {
    this.timeout(60_000)
    await raw.send(world.inputTopic, { key: 'x', value: 'no JSON' })
    await until('both are kept', async () => (await letters()).length === 2)
    const [newest] = await letters()
    assert.equal(newest?.projectId, null)
    assert.equal((await letters({ projectId: world.projectId })).length, 1)
  })

  it('redrives a letter once, to where it came from, with its history', async function () {
    this.timeout(120_000)
    const { stores, clock } = world.connections
    const workflow = await world.given({
      eventName: 'signed_up',
      steps: [['bye', 'EXIT', { reason: 'done' }]],
      arrows: [['trigger', 'bye']],
    })
    const stranger = randomUUID()
    const event = { projectId: stranger, name: 'signed_up', email: 'b@example.com', eventId: 'once' }
    await raw.send(world.inputTopic, { key: 'b@example.com', value: JSON.stringify(event) })
    const letter = await whole({ reason: 'unknown_project' })
    // What kept it from being handled is cured: the project is there now.
    const project = { id: stranger as never, name: 'late', createdAt: clock.now() }
    await stores.projects.createWithKeys(project, [])
    await redriveLetter(deps(), letter)
    const events = world.database.db.collection('events')
    await until('it is recorded', async () => (await events.countDocuments({ eventId: 'once' })) === 1)
    await assert.rejects(redriveLetter(deps(), letter), /redriven or dropped before/)
    assert.equal((await store().get('any', letter.id))?.status, 'REDRIVEN')
    assert.deepEqual(await world.executions(workflow), [])
  })

  it('tells in a second letter of the first', async function () {
    this.timeout(60_000)
    const [first] = await letters({ projectId: world.projectId, status: 'PARKED' })
    const letter = first === undefined ? null : await store().get('any', first.id)
    assert.ok(letter)
    await redriveLetter(deps(), letter)
    await until('it came back', async () => (await letters({ projectId: world.projectId })).length === 2)
    const again = await whole({ projectId: world.projectId, status: 'PARKED' })
    assert.notEqual(again.id, letter.id)
    assert.equal(again.headers['millrace-redrives'], '1')
    assert.equal(again.headers['millrace-redriven-from'], `${letter.id} invalid_field`)
    assert.equal(again.headers['trace.id'], 'abc')
  })

  it('changes nothing by a redrive of what worked meanwhile', async function () {
    this.timeout(120_000)
    const workflow = await world.given({
      eventName: 'paid',
      allowReentry: true,
      steps: [['bye', 'EXIT', { reason: 'done' }]],
      arrows: [['trigger', 'bye']],
    })
    const event = { eventId: 'p1', projectId: world.projectId, name: 'paid', email: 'c@example.com' }
    await world.publish([{ ...event, data: {} }])
    const ended = async () => (await world.executions(workflow)).filter(({ state }) => isEnded(state)).length
    await until('it ended', async () => (await ended()) === 1)
    const [before] = await world.executions(workflow)
    const parked = { ...(await whole({})), id: randomUUID() as string as LetterId, topic: world.inputTopic }
    const value = Buffer.from(JSON.stringify(event))
    await store().add([
      { ...parked, status: 'PARKED', value, size: value.length, reason: 'worked_meanwhile' },
    ])
    const { matched, redriven } = await redriveMany(
      deps(),
      { ...everything, reason: 'worked_meanwhile' },
      false,
    )
    assert.deepEqual([matched, redriven], [1, 1])
    // A second event of the same partition shows that the first was handled.
    await world.publish([{ name: 'paid', email: 'c@example.com', eventId: 'p2' }])
    await until('the second ended', async () => (await ended()) === 2)
    const after = (await world.executions(workflow)).find(({ id }) => id === before?.id)
    assert.deepEqual(after, before)
  })

  it('counts in a dry run, redrives in bulk what is parked, and leaves what was dropped or cut', async function () {
    this.timeout(60_000)
    const sample = await whole({})
    const made = (reason: string, more: Partial<Letter> = {}): Letter => {
      const id = randomUUID() as string as LetterId
      return { ...sample, id, reason, status: 'PARKED', topic: world.inputTopic, ...more }
    }
    const cut = made('bulk', { size: 5_000_000 })
    const dropped = made('bulk')
    await store().add([made('bulk'), made('bulk'), cut, dropped])
    assert.equal(await store().settle(dropped.id, 'DROPPED', new Date()), true)
    const filter = { ...everything, reason: 'bulk' }
    assert.deepEqual(await redriveMany(deps(), filter, true), { matched: 3, redriven: 0 })
    assert.deepEqual(await redriveMany(deps(), filter, false), { matched: 3, redriven: 2 })
    assert.deepEqual(await redriveMany(deps(), filter, false), { matched: 1, redriven: 0 })
    await assert.rejects(redriveLetter(deps(), cut), /first MiB/)
  })
})
