import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'
import { type HandDriven, handDriven } from '../support/handDriven.js'
import { readTopic } from '../support/topicTools.js'
import { newEmail } from '../support/waits.js'

describe('events of a contact that was erased', () => {
  let world: EngineWorld
  let hand: HandDriven
  const dropped: (readonly [string, number])[] = []
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    hand = handDriven(world)
    world.announcer.on('messages.dropped', ({ reason, count }) => dropped.push([reason, count]))
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  const letters = async () =>
    (await readTopic(world.connections, world.connections.topology.deadLetters.name)).map(
      ({ headers }) => headers['millrace-reason'],
    )

  it('are dropped and counted where they name it by its id: a dead letter would keep what was erased', async () => {
    const email = newEmail()
    const { contactDirectory } = world.connections.stores
    await hand.events([{ name: 'x', email }])
    const contact = await contactDirectory.findByEmail(world.projectId, email)
    assert.ok(contact)
    const now = world.connections.clock.now()
    await contactDirectory.bury(world.projectId, contact.id, { now, until: now })
    await hand.events([
      { name: 'x', email: null, contactId: contact.id, data: { secret: 'x' } },
      { name: 'x', email, contactId: contact.id },
      { name: 'x', email: null, contactId: randomUUID() },
      { name: 'x', email: newEmail() },
    ])
    assert.deepEqual(dropped, [['contact_erased', 2]])
    assert.deepEqual(await letters(), ['unknown_contact'])
    assert.equal(await contactDirectory.findByEmail(world.projectId, email), null)
  })

  it('are a stranger’s to another project', async () => {
    const other = await world.connections.stores.projects.create('other', new Date())
    const { contacts, contactDirectory } = world.connections.stores
    const now = world.connections.clock.now()
    const [contact] = await contacts.findOrCreate([{ projectId: other.id, email: newEmail() }], now)
    assert.ok(contact)
    await contactDirectory.bury(other.id, contact.id, { now, until: now })
    await hand.events([{ name: 'x', email: null, contactId: contact.id }])
    assert.deepEqual(await letters(), ['unknown_contact', 'unknown_contact'])
  })
})
