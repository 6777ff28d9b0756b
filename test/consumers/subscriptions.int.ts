import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EngineDeps } from '../../consumers/deps.js'
import { subscriptionEvents } from '../../src/engine/subscriptionEvents.js'
import type { Contact } from '../../src/workflow/contact.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import { depsOf } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { newEmail } from '../support/waits.js'

const [SUBSCRIBED, UNSUBSCRIBED] = ['contact.subscribed', 'contact.unsubscribed']

describe('what is told of changed subscriptions', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  const contactOf = async (email: string): Promise<Contact> => {
    const contact = await world.connections.stores.contactDirectory.findByEmail(world.projectId, email)
    assert.ok(contact)
    return contact
  }
  const told = (): SystemEvent[] => hand.sent.flatMap(({ events }) => events)
  const names = () => told().map(({ name }) => name)
  const assertDistinct = (events: readonly SystemEvent[]) =>
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, events.length)

  /** Before the first write of a batch somebody else changes the subscription, so many times. */
  const overtaken = (email: string, turns: readonly boolean[]): Partial<EngineDeps> => {
    const { contacts } = depsOf(world)
    const left = [...turns]
    const fold: typeof contacts.fold = async (writes, now) => {
      for (const subscribed of left.splice(0)) await turn(email, subscribed)
      return contacts.fold(writes, now)
    }
    return { contacts: { ...contacts, fold } }
  }
  const turn = async (email: string, subscribed: boolean) => {
    const changes = { set: {}, unset: [], subscribed }
    const write = { changes, move: null, owed: [] }
    const now = world.connections.clock.now()
    await world.connections.stores.contactDirectory.change(await contactOf(email), write, now)
  }

  it('is every change, where one batch brings several', async () => {
    const email = newEmail()
    await hand.events([false, true, true, false].map((subscribed) => ({ name: 'x', email, subscribed })))
    assert.deepEqual(names(), [UNSUBSCRIBED, SUBSCRIBED, UNSUBSCRIBED])
    assertDistinct(told())
    assert.equal((await contactOf(email)).subscribed, false)
  })

  it('is what an event really changed, where somebody else was faster', async () => {
    const email = newEmail()
    await hand.events([{ name: 'x', email }])
    await hand.events([{ name: 'x', email, subscribed: true }], undefined, overtaken(email, [false]))
    assert.equal((await contactOf(email)).subscribed, true)
    assert.deepEqual(names(), [SUBSCRIBED])
  })

  it('is nothing where somebody else has made the same change', async () => {
    const email = newEmail()
    await hand.events([{ name: 'x', email }])
    await hand.events([{ name: 'x', email, subscribed: false }], undefined, overtaken(email, [false]))
    assert.deepEqual(names(), [])
  })

  it('is another event for another change, though both were begun from one version', async () => {
    const email = newEmail()
    await hand.events([{ name: 'x', email }])
    const before = await contactOf(email)
    const [other] = subscriptionEvents(before, [{ subscribed: false, cause: null }], new Date())
    await hand.events([{ name: 'x', email, subscribed: false }], undefined, overtaken(email, [false, true]))
    const [ours, ...more] = told()
    assert.deepEqual([ours?.name, more], [UNSUBSCRIBED, []])
    assert.notEqual(ours?.eventId, other?.eventId)
    assert.equal((await contactOf(email)).version, before.version + 3)
  })

  it('is every change of a batch of UPDATE_CONTACT steps', async () => {
    const eventName = `go-${randomUUID()}`
    await world.given({
      eventName,
      allowReentry: true,
      steps: [
        ['leaving', 'CONDITION', { field: 'event.leave', operator: 'equals', value: true }],
        ['off', 'UPDATE_CONTACT', { data: {}, subscriptionAction: 'unsubscribe' }],
        ['on', 'UPDATE_CONTACT', { data: {}, subscriptionAction: 'subscribe' }],
      ],
      arrows: [
        ['trigger', 'leaving'],
        ['leaving', 'off', { branch: 'yes' }],
        ['leaving', 'on', { branch: 'no' }],
      ],
    })
    const email = newEmail()
    await hand.events([true, false, true].map((leave) => ({ name: eventName, email, data: { leave } })))
    await hand.settle()
    const [first, ...others] = told()
    assert.equal(first?.name, UNSUBSCRIBED)
    const turned = others.every(({ name }, n) => name === (n % 2 === 0 ? SUBSCRIBED : UNSUBSCRIBED))
    assert.ok(turned)
    assert.ok(others.length > 0)
    assertDistinct(told())
    const causes = told().map(({ cause }) => cause?.executionId)
    assert.equal(new Set(causes).size, causes.length)
  })

  it('is told although the data that came with it does not fit', async () => {
    const email = newEmail()
    const data = Object.fromEntries(Array.from({ length: 2 }, (_, n) => [`k${n}`, 'x'.repeat(120_000)]))
    await hand.events([{ name: 'x', email, data }])
    await hand.events([{ name: 'x', email, data: { k3: 'x'.repeat(120_000) }, subscribed: false }])
    const { subscribed, data: kept } = await contactOf(email)
    assert.deepEqual([subscribed, Object.keys(kept)], [false, ['k0', 'k1']])
    assert.deepEqual(names(), [UNSUBSCRIBED])
  })
})
