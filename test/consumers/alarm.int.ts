import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createAlarm } from '../../consumers/timers/alarm.js'
import type { Execution } from '../../src/workflow/execution.js'
import { keyHash } from '../../src/workflow/murmur2.js'
import { depsOf, listening } from '../support/engineDeps.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { handDriven } from '../support/handDriven.js'

const COUNT = 9_000
const SHARE = { partitions: 6, owned: [0, 1, 2, 3, 4, 5] }

describe('the alarm clock', function () {
  this.timeout(120_000)
  let world: EngineWorld
  beforeEach(async () => {
    world = await openEngineWorld()
  })
  afterEach(() => world.close())

  /** Executions that wait in a DELAY, all due by now. */
  async function crowd(): Promise<Execution[]> {
    const workflow = await world.given({
      eventName: 'started',
      steps: [['pause', 'DELAY', { amount: 365, unit: 'days' }]],
      arrows: [['trigger', 'pause']],
    })
    const hand = handDriven(world)
    await hand.events([{ name: 'started', email: 'like@example.com' }])
    await hand.settle()
    const [like] = await world.executions(workflow)
    assert.ok(like?.state.status === 'WAITING')
    const state = { ...like.state, dueAt: new Date(world.connections.clock.now().getTime() - 1_000) }
    const all = Array.from({ length: COUNT }, (): Execution => {
      const id = randomUUID() as Execution['id']
      return { ...like, id, keyHash: keyHash(id), state }
    })
    await world.connections.stores.executions.insert(all)
    return all
  }

  it('moves a crowd once each, pages side by side; stopped, it leaves the rest to the next owner', async () => {
    const all = await crowd()
    const { executions } = world.connections.stores
    const inputTopic = { name: world.inputTopic, partitions: () => 3 }
    const alarmWith = (outbox: typeof world.connections.outbox) =>
      createAlarm({ deps: depsOf(world, { outbox }), share: () => SHARE, inputTopic })
    const ended = async () =>
      (await executions.read(all.map(({ id }) => id))).filter(({ state }) => state.status === 'COMPLETED')
    await new Promise<void>((resolve, reject) => {
      const { outbox } = world.connections
      const first = alarmWith({
        ...outbox,
        send: (outputs) => {
          first.stop().then(resolve, reject)
          return outbox.send(outputs)
        },
      })
    })
    const movedByFirst = (await ended()).length
    assert.ok(movedByFirst > 0 && movedByFirst < COUNT, `${movedByFirst} had moved`)
    const { outbox } = listening(world)
    const second = alarmWith(outbox)
    await until('all have moved', async () => (await ended()).length === COUNT)
    await second.stop()
    for (const { seq, history } of await ended()) assert.deepEqual([seq, history.length], [2, 2])
  })
})
