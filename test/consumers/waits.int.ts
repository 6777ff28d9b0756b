import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EngineDeps } from '../../consumers/deps.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { Died, depsOf, dyingAt } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { click, newEmail, only, reasonOf, start, waitingWorkflow } from '../support/waits.js'

describe('waits for events, whichever side is first', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  /** Moves on until the wait's own message is pending. */
  const beforeWait = async (workflow: Workflow, email: string) => {
    await start(hand, workflow, email)
    await hand.deliver(hand.pending.splice(0))
    assert.deepEqual(
      hand.pending.map(({ kind }) => kind),
      ['WAIT_FOR_EVENT'],
    )
  }

  it('goes on by an event that comes while it waits; its data goes over the context', async () => {
    const [workflow, email] = [await waitingWorkflow(world), newEmail()]
    await start(hand, workflow, email)
    await hand.settle()
    assert.equal((await only(world, workflow)).state.status, 'WAITING')
    await click(hand, email, { link: 'x', from: 'click' })
    await hand.settle()
    const execution = await only(world, workflow)
    assert.equal(reasonOf(execution), 'event')
    assert.deepEqual(execution.context, { from: 'click', link: 'x' })
    const left = execution.history.find(({ type }) => type === 'WAIT_FOR_EVENT')
    assert.equal(left?.event?.name, 'clicked')
  })

  it('finds an event that was recorded before the wait was written', async () => {
    const [workflow, email] = [await waitingWorkflow(world), newEmail()]
    await beforeWait(workflow, email)
    await click(hand, email)
    await hand.settle()
    assert.equal(reasonOf(await only(world, workflow)), 'event')
  })

  const crashes: readonly (readonly [string, (deps: EngineDeps) => Partial<EngineDeps>])[] = [
    ['its look-back', (deps) => ({ events: dyingAt(deps.events, 'find') })],
    ['it is marked as looked back', (deps) => ({ executions: dyingAt(deps.executions, 'settleWaits') })],
    ['its timer is sent', (deps) => ({ outbox: dyingAt(deps.outbox, 'send') })],
  ]
  for (const [place, crash] of crashes) {
    it(`survives a crash before ${place}: the event comes next`, async () => {
      const [workflow, email] = [await waitingWorkflow(world), newEmail()]
      await beforeWait(workflow, email)
      const message = hand.pending.splice(0)
      await assert.rejects(hand.deliver(message, crash(depsOf(world))), Died)
      await click(hand, email)
      await hand.settle()
      assert.equal(reasonOf(await only(world, workflow)), 'event')
    })
  }

  it('survives a crash before its look-back: the message comes again, the event was there', async () => {
    const [workflow, email] = [await waitingWorkflow(world), newEmail()]
    await beforeWait(workflow, email)
    const message = hand.pending.splice(0)
    await click(hand, email)
    const { events } = depsOf(world)
    await assert.rejects(hand.deliver(message, { events: dyingAt(events, 'find') }), Died)
    const later = { now: () => new Date(world.connections.clock.now().getTime() + 1_000) }
    await hand.deliver(message, { clock: later })
    await hand.settle()
    assert.equal(reasonOf(await only(world, workflow)), 'event')
  })

  it('takes the earliest event, also when a later one comes before the look-back', async () => {
    const [workflow, email] = [await waitingWorkflow(world), newEmail()]
    await beforeWait(workflow, email)
    const message = hand.pending.splice(0)
    await click(hand, email, { n: 1 })
    const { events } = depsOf(world)
    await assert.rejects(hand.deliver(message, { events: dyingAt(events, 'find') }), Died)
    await click(hand, email, { n: 2 })
    await hand.settle()
    assert.equal((await only(world, workflow)).context['n'], 1)
  })

  it('asks its rule of each event, with trigger and contact', async () => {
    const rule = { '==': [{ var: 'event.link' }, 'buy'] }
    const [workflow, email] = [await waitingWorkflow(world, { rule }), newEmail()]
    await start(hand, workflow, email)
    await hand.settle()
    await click(hand, email, { link: 'help' })
    assert.equal((await only(world, workflow)).state.status, 'WAITING')
    await click(hand, email, { link: 'buy' })
    await hand.settle()
    assert.equal(reasonOf(await only(world, workflow)), 'event')
  })

  it('counts from the step before it, or from the trigger, as it says', async () => {
    const long = new Date(Date.now() - 3_600_000)
    for (const [since, expected] of [
      ['step', 'WAITING'],
      ['start', 'event'],
    ] as const) {
      const [workflow, email] = [await waitingWorkflow(world, { since }), newEmail()]
      await click(hand, email, { n: 0 }, new Date(long.getTime() - 1))
      await start(hand, workflow, email, long)
      await click(hand, email, { n: 1 }, new Date(long.getTime() + 1))
      await hand.settle()
      const execution = await only(world, workflow)
      assert.equal(reasonOf(execution), expected)
      assert.equal(execution.context['n'], since === 'start' ? 1 : undefined)
    }
  })

  it('never gives one event to two waits in a row', async () => {
    const workflow = await world.given({
      eventName: `start-${randomUUID()}`,
      steps: [
        ['one', 'WAIT_FOR_EVENT', { eventName: 'clicked', since: 'start' }],
        ['two', 'WAIT_FOR_EVENT', { eventName: 'email.click', since: 'start' }],
        ['three', 'WAIT_FOR_EVENT', { eventName: 'clicked', since: 'start' }],
      ],
      arrows: [
        ['trigger', 'one'],
        ['one', 'two'],
        ['two', 'three'],
      ],
    })
    const email = newEmail()
    await start(hand, workflow, email)
    await click(hand, email, { n: 1 })
    await hand.events([{ name: 'email.clicked', email }])
    await hand.settle()
    assert.equal((await only(world, workflow)).history.length, 3)
    await click(hand, email, { n: 2 })
    await hand.settle()
    const execution = await only(world, workflow)
    assert.equal(execution.state.status, 'COMPLETED')
    const used = execution.history.map(({ event }) => event?.eventId)
    assert.equal(new Set(used).size, 4)
    assert.equal(execution.context['n'], 2)
  })
})
