import assert from 'node:assert/strict'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

const DAY_MS = 86_400_000
const EXIT_ONLY = { steps: [['bye', 'EXIT', {}]], arrows: [['trigger', 'bye']] } as const

describe('a contact whose execution was removed because its time was over', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld({ EVENT_RETENTION_DAYS: '1', EXECUTION_RETENTION_DAYS: '1' })
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('does not go in again where it may once, and does where it may again', async function () {
    this.timeout(60_000)
    const once = await world.given({ eventName: 'signed_up', ...EXIT_ONLY })
    const again = await world.given({ eventName: 'signed_up', allowReentry: true, ...EXIT_ONLY })
    const ended = async () => {
      const all = [...(await world.executions(once)), ...(await world.executions(again))]
      return all.filter(({ state }) => state.status === 'COMPLETED').length
    }
    await world.publish([{ name: 'signed_up', email: 'ada@example.com' }])
    await until('both ended', async () => (await ended()) === 2)
    // As if two days had gone by.
    const { db } = world.database
    const earlier = (field: string) => [{ $set: { [field]: { $subtract: [`$${field}`, 2 * DAY_MS] } } }]
    await db.collection('executions').updateMany({}, earlier('completedAt'))
    await db.collection('entries').updateMany({}, earlier('at'))
    const { stores, clock } = world.connections
    assert.equal(await stores.executionTrimmer.trim(new Date(clock.now().getTime() - DAY_MS)), 2)
    await world.publish([{ name: 'signed_up', email: 'ada@example.com' }])
    await until('the second event is handled', async () => (await ended()) === 1)
    assert.deepEqual([(await world.executions(once)).length, (await world.executions(again)).length], [0, 1])
    assert.deepEqual(world.announced, [])
  })
})
