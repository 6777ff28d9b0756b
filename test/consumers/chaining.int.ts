import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Workflow } from '../../src/workflow/workflow.js'
import { Died, depsOf, dyingAt } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { newEmail, only, reasonOf } from '../support/waits.js'

describe('steps chained to an UPDATE_CONTACT', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  /** Marks the contact with `stage`, and ends by whether it is marked so. */
  const marking = (eventName: string, stage: string): Promise<Workflow> =>
    world.given({
      eventName,
      steps: [
        ['mark', 'UPDATE_CONTACT', { data: { stage } }],
        ['check', 'CONDITION', { field: 'contact.data.stage', operator: 'equals', value: stage }],
        ['same', 'EXIT', { reason: 'same' }],
        ['other', 'EXIT', { reason: 'other' }],
      ],
      arrows: [
        ['trigger', 'mark'],
        ['mark', 'check'],
        ['check', 'same', { branch: 'yes' }],
        ['check', 'other', { branch: 'no' }],
      ],
    })

  it('see the contact as their own step left it, also where one batch updates it twice', async () => {
    const name = `start-${randomUUID()}`
    const workflows = [await marking(name, 'first'), await marking(name, 'second')]
    await hand.events([{ name, email: newEmail() }])
    assert.equal(hand.pending.length, 2)
    await hand.settle()
    for (const workflow of workflows) {
      const execution = await only(world, workflow)
      assert.deepEqual([reasonOf(execution), execution.seq], ['same', 1])
      const path = execution.history.map(({ key, chained = false }) => [key, chained])
      assert.deepEqual(path, [
        ['trigger', false],
        ['mark', false],
        ['check', true],
        ['same', true],
      ])
    }
  })

  it('come once, and see what others wrote, after a crash behind the contact’s write', async () => {
    const [name, email] = [`start-${randomUUID()}`, newEmail()]
    const workflow = await marking(name, 'mine')
    await hand.events([{ name, email }])
    const [message] = hand.pending.splice(0)
    assert.ok(message)
    const { executions } = depsOf(world)
    await assert.rejects(hand.deliver([message], { executions: dyingAt(executions, 'transition') }), Died)
    await hand.events([{ name: 'unheard', email, data: { stage: 'theirs' } }])
    await hand.deliver([message])
    await hand.deliver([message])
    const execution = await only(world, workflow)
    assert.deepEqual([reasonOf(execution), execution.seq, execution.history.length], ['other', 1, 4])
    assert.deepEqual(hand.pending, [])
  })
})
