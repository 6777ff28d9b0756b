import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isEnded } from '../../src/workflow/execution.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { handDriven } from '../support/handDriven.js'
import { readTopic } from '../support/topicTools.js'
import { newEmail } from '../support/waits.js'

const EXIT_ONLY = { steps: [['done', 'EXIT', {}]], arrows: [['trigger', 'done']] } as const

describe('what starts executions', () => {
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

  it('lets a contact in once where it may not come again, however many handlers race', async () => {
    const workflow = await world.given({ eventName: 'race-once', ...EXIT_ONLY })
    const again = await world.given({ eventName: 'race-again', allowReentry: true, ...EXIT_ONLY })
    const email = newEmail()
    const racers = Array.from({ length: 8 }, (_, partition) => handDriven(world, partition))
    await Promise.all(
      racers.flatMap((hand) =>
        ['race-once', 'race-again'].map((name) =>
          hand.events([
            { name, email },
            { name, email },
          ]),
        ),
      ),
    )
    assert.equal((await world.executions(workflow)).length, 1)
    assert.equal((await world.executions(again)).length, 16)
  })

  it('starts one execution for one event, however many handlers get it at once', async () => {
    const workflow = await world.given({ eventName: 'same-event', allowReentry: true, ...EXIT_ONLY })
    const event = { name: 'same-event', email: newEmail(), eventId: randomUUID() }
    await Promise.all(Array.from({ length: 8 }, () => handDriven(world).events([event])))
    assert.equal((await world.executions(workflow)).length, 1)
  })

  it('knows e-mail events by every name they have', async () => {
    const workflow = await world.given({ eventName: 'email.open', allowReentry: true, ...EXIT_ONLY })
    const email = newEmail()
    await world.publish(['email.open', 'email.opened'].map((name) => ({ name, email })))
    await until('both have started it', async () => (await world.executions(workflow)).length === 2)
  })

  it('chains workflows by system events, and parks the seventeenth cause in a row', async function () {
    this.timeout(60_000)
    const flip = (from: string, to: 'subscribe' | 'unsubscribe') =>
      world.given({
        eventName: `contact.${from}`,
        allowReentry: true,
        steps: [['flip', 'UPDATE_CONTACT', { subscriptionAction: to }]],
        arrows: [['trigger', 'flip']],
      })
    const workflows = [await flip('unsubscribed', 'subscribe'), await flip('subscribed', 'unsubscribe')]
    const email = newEmail()
    await world.publish([{ name: 'hello', email }])
    await world.publish([{ name: 'bye', email, subscribed: false }])
    const { deadLetters } = world.connections.topology
    const ours = async () =>
      (await readTopic(world.connections, deadLetters.name)).filter(({ key }) => key === email)
    await until('the last is parked', async () => (await ours()).length === 1, 40_000)
    const [letter] = await ours()
    assert.equal(letter?.headers['millrace-reason'], 'too_deep')
    assert.match(letter?.headers['millrace-message'] ?? '', /17 causes in a row, at most 16/)
    const all = (await Promise.all(workflows.map((one) => world.executions(one)))).flat()
    assert.ok(all.every(({ state }) => isEnded(state)))
    assert.deepEqual(
      all.map(({ depth }) => depth).sort((a, b) => a - b),
      Array.from({ length: 17 }, (_, depth) => depth),
    )
  })
})
