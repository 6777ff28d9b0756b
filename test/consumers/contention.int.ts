import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { depsOf } from '../support/engineDeps.js'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'
import { handDriven } from '../support/handDriven.js'
import { newEmail, only, start } from '../support/waits.js'

describe('a batch of steps', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('rests, and parks nothing, where another writer keeps moving the contact', async () => {
    const hand = handDriven(world)
    const workflow = await world.given({
      eventName: `start-${randomUUID()}`,
      steps: [['mark', 'UPDATE_CONTACT', { data: { stage: 'seen' } }]],
      arrows: [['trigger', 'mark']],
    })
    await start(hand, workflow, newEmail())
    const message = hand.pending.splice(0)
    const { contacts } = depsOf(world)
    const always: typeof contacts.update = async (writes) => new Set(writes.map(({ id }) => id))
    await assert.rejects(hand.deliver(message, { contacts: { ...contacts, update: always } }), /keeps moving/)
    assert.equal((await only(world, workflow)).seq, 0)
    await hand.deliver(message)
    assert.equal((await only(world, workflow)).state.status, 'COMPLETED')
  })
})
