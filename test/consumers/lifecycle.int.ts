import assert from 'node:assert/strict'
import type { ExecutionFact } from '../../src/workflow/messages.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { readTopic, type TopicReader } from '../support/topicReader.js'
import { endsOf, withAdmin } from '../support/topicTools.js'

describe('the lifecycle stream', () => {
  let world: EngineWorld
  let reader: TopicReader
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld({ LIFECYCLE_FACTS: 'true' })
    reader = await readTopic(world.connections.topology.executions.name)
    await world.startEngine()
  })
  after(async function () {
    this.timeout(120_000)
    await reader.close()
    await world.close()
  })

  /** Repeats are equal, so that one of each is enough. */
  const facts = async (): Promise<ExecutionFact[]> => {
    const { codec } = world.connections
    const decoded = await codec.decodeAll(
      'executionFact',
      reader.messages.map(({ value }) => value),
    )
    const all = decoded.map((one) => {
      if (!one.ok) throw new Error(one.message)
      return one.value
    })
    return [...new Map(all.map((fact) => [`${fact.executionId}:${fact.seq}`, fact])).values()]
  }
  const endedFacts = async (workflowId: string) =>
    (await facts()).filter((fact) => fact.workflowId === workflowId && fact.path !== null)

  it('tells every transition once read without repeats, in order, and ends with the whole path', async function () {
    this.timeout(180_000)
    const workflow = await world.given({
      eventName: 'registered',
      steps: [
        ['plan', 'CONDITION', { field: 'event.plan', operator: 'equals', value: 'pro' }],
        ['pause', 'DELAY', { amount: 2, unit: 'seconds' }],
        ['wait', 'WAIT_FOR_EVENT', { eventName: 'logged_in', since: 'start', timeout: 60 }],
        ['bye', 'EXIT', { reason: 'done' }],
      ],
      arrows: [
        ['trigger', 'plan'],
        ['plan', 'pause', { branch: 'yes' }],
        ['pause', 'wait'],
        ['wait', 'bye', { branch: 'event' }],
      ],
    })
    await world.publish([{ name: 'registered', email: 'ada@example.com', data: { plan: 'pro' } }])
    await until('it waits', async () =>
      (await world.executions(workflow)).some(
        ({ state }) => state.status === 'WAITING' && state.wait?.checked === true,
      ),
    )
    await until('the wait was told', async () =>
      (await facts()).some(({ type, seq }) => type === 'WAITING' && seq === 3),
    )
    await world.publish([{ name: 'logged_in', email: 'ada@example.com' }])
    await until('the end was told', async () => (await endedFacts(workflow.id)).length === 1)
    const mine = (await facts()).filter((fact) => fact.workflowId === workflow.id)
    assert.deepEqual(
      mine.map(({ seq, type, left }) => [seq, type, left?.stepKey ?? null, left?.branch ?? null]),
      [
        [0, 'STARTED', 'plan', 'yes'],
        [1, 'WAITING', null, null],
        [2, 'RESUMED', 'pause', null],
        [3, 'WAITING', null, null],
        [4, 'COMPLETED', null, null],
      ],
    )
    const end = mine.at(-1)
    assert.equal(end?.exitReason, 'done')
    const path = end?.path?.map(([key, branch, , , status]) => [key, branch, status])
    assert.deepEqual(path, [
      ['trigger', null, 'COMPLETED'],
      ['plan', 'yes', 'COMPLETED'],
      ['pause', null, 'COMPLETED'],
      ['wait', 'event', 'COMPLETED'],
      ['bye', null, 'COMPLETED'],
    ])
    const keys = reader.messages.map(({ key }) => key?.toString())
    assert.ok(keys.every((key) => key !== undefined && key !== ''))
  })

  it('tells the end of an execution that ended as it began, and leaves nothing owed', async function () {
    this.timeout(120_000)
    const workflow = await world.given({ eventName: 'nothing_behind', steps: [], arrows: [] })
    await world.publish([{ name: 'nothing_behind', email: 'bob@example.com' }])
    await until('the end was told', async () => (await endedFacts(workflow.id)).length === 1)
    const [fact] = await endedFacts(workflow.id)
    assert.equal(fact?.seq, 0)
    assert.equal(fact?.type, 'COMPLETED')
    await until('nothing is owed', async () => {
      const owing = { $or: [{ owed: { $exists: true } }, { unsettled: true }] }
      return (await world.database.db.collection('executions').countDocuments(owing)) === 0
    })
    assert.deepEqual(world.announced, [])
  })
})

describe('the lifecycle stream when it is off', () => {
  it('has no facts, and nothing is owed for them', async function () {
    this.timeout(180_000)
    const world = await openEngineWorld()
    try {
      await world.startEngine()
      const workflow = await world.given({
        eventName: 'quiet',
        steps: [['pause', 'DELAY', { amount: 0.1, unit: 'seconds' }]],
        arrows: [['trigger', 'pause']],
      })
      await world.publish([{ name: 'quiet', email: 'eve@example.com' }])
      await until('it ended', async () =>
        (await world.executions(workflow)).some(({ state }) => state.status === 'COMPLETED'),
      )
      const { executions } = world.connections.topology
      const ends = await withAdmin(world.connections, (admin) => endsOf(admin, executions.name))
      assert.ok(ends.every(({ high }) => high === '0'))
      assert.deepEqual(
        (await world.executions(workflow)).map(({ owed }) => owed),
        [[]],
      )
    } finally {
      await world.close()
    }
  })
})
