import assert from 'node:assert/strict'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { click, newEmail, only, reasonOf, start, waitingWorkflow } from '../support/waits.js'

describe('timeouts of waits', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  it('lets a timeout wait for the input, and an event from before it win', async () => {
    const [workflow, email] = [await waitingWorkflow(world, { timeout: 0.001 }), newEmail()]
    await start(hand, workflow, email)
    await hand.settle()
    const { dueAt } = (await only(world, workflow)).state as { dueAt: Date }
    const now = new Date(dueAt.getTime() + 60_000)
    assert.equal(await hand.ring({ now, waitsUpTo: new Date(dueAt.getTime() - 1) }), 0)
    await click(hand, email, {}, world.connections.brokerTime.of(dueAt))
    await hand.settle()
    assert.equal(reasonOf(await only(world, workflow)), 'event')
  })

  it('does not count an event from after its timeout, however late the timeout is taken', async () => {
    const [workflow, email] = [await waitingWorkflow(world, { timeout: 0.001 }), newEmail()]
    await start(hand, workflow, email)
    await hand.settle()
    const { dueAt } = (await only(world, workflow)).state as { dueAt: Date }
    const after = new Date(world.connections.brokerTime.of(dueAt).getTime() + 1)
    await click(hand, email, {}, after)
    assert.equal((await only(world, workflow)).state.status, 'WAITING')
    assert.equal(await hand.ring({ now: after, waitsUpTo: after }), 1)
    await hand.settle()
    assert.equal(reasonOf(await only(world, workflow)), 'timeout')
  })

  it('judges events by the broker’s clock where that is an hour ahead', async () => {
    const hour = 3_600_000
    const brokerTimeOf = (at: Date) => new Date(at.getTime() + hour)
    for (const [lateMs, expected] of [
      [0, 'event'],
      [1, 'WAITING'],
    ] as const) {
      const [workflow, email] = [await waitingWorkflow(world, { timeout: 3_600 }), newEmail()]
      await start(hand, workflow, email, brokerTimeOf(new Date()))
      await hand.settle()
      const { dueAt } = (await only(world, workflow)).state as { dueAt: Date }
      const at = new Date(brokerTimeOf(dueAt).getTime() + lateMs)
      await hand.events([{ name: 'clicked', email }], at, { brokerTimeOf })
      await hand.settle()
      assert.equal(reasonOf(await only(world, workflow)), expected)
    }
  })
})
