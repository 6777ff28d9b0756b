import assert from 'node:assert/strict'
import { isEnded } from '../../src/workflow/execution.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

describe('contacts move through the pure step kinds on real Kafka and MongoDB', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('takes both branches of a condition, updates contacts, delays, waits and exits', async function () {
    this.timeout(60_000)
    const workflow = await world.given({
      eventName: 'signed_up',
      steps: [
        ['plan', 'CONDITION', { field: 'contact.data.plan', operator: 'equals', value: 'pro' }],
        ['mark', 'UPDATE_CONTACT', { data: { seen: 'yes {{ event.plan }}' } }],
        ['pause', 'DELAY', { amount: 0.3, unit: 'seconds' }],
        ['click', 'WAIT_FOR_EVENT', { eventName: 'clicked', timeout: 3 }],
        ['clicked', 'EXIT', { reason: 'clicked' }],
        ['quiet', 'EXIT', { reason: 'quiet' }],
        ['pro', 'EXIT', { reason: 'pro' }],
      ],
      arrows: [
        ['trigger', 'plan'],
        ['plan', 'pro', { branch: 'yes' }],
        ['plan', 'mark', { branch: 'no' }],
        ['mark', 'pause'],
        ['pause', 'click'],
        ['click', 'clicked', { branch: 'event' }],
        ['click', 'quiet', { branch: 'timeout' }],
      ],
    })
    const emails = Array.from({ length: 30 }, (_, index) => `c${index}@example.com`)
    await world.publish(
      emails.map((email, index) => ({
        name: 'signed_up',
        email,
        data: { plan: index % 3 === 0 ? 'pro' : 'free' },
      })),
    )
    await until('20 executions wait for a click', async () => {
      const waiting = (await world.executions(workflow)).filter(
        ({ state }) => state.status === 'WAITING' && state.kind === 'WAIT_FOR_EVENT',
      )
      return waiting.length === 20
    })
    await world.publish(emails.slice(0, 15).map((email) => ({ name: 'clicked', email })))
    await until(
      'all ended',
      async () => (await world.executions(workflow)).filter(({ state }) => isEnded(state)).length === 30,
    )
    const reasons = (await world.executions(workflow)).map(({ state }) =>
      isEnded(state) ? (state.exitReason ?? state.error?.message) : '',
    )
    assert.deepEqual([...reasons].sort(), [
      ...Array(10).fill('clicked'),
      ...Array(10).fill('pro'),
      ...Array(10).fill('quiet'),
    ])
    assert.deepEqual(world.announced, [])
    const contacts = await world.database.db
      .collection('contacts')
      .find({ 'data.seen': 'yes free' })
      .toArray()
    assert.equal(contacts.length, 20)
  })
})
