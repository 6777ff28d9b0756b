import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createUpdates } from '../../src/api/contactUpdates.js'
import { MillraceError } from '../../src/errors.js'
import type { Contact } from '../../src/workflow/contact.js'
import { endedOnes } from '../support/effectWorld.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

/** Of each: steps, events, PATCHes. All touch one contact at the same time. */
const EACH = 40

describe('UPDATE_CONTACT beside everything else that changes the contact', function () {
  this.timeout(90_000)
  let world: EngineWorld
  before(async () => {
    world = await openEngineWorld()
    await world.startEngine()
  })
  after(() => world.close())

  async function contactOf(email: string): Promise<Contact> {
    const contact = await world.connections.stores.contactDirectory.findByEmail(world.projectId, email)
    assert.ok(contact !== null)
    return contact
  }

  it('loses no field of a step, an event or a PATCH', async () => {
    const email = 'busy@example.com'
    const workflow = await world.given({
      eventName: 'go',
      allowReentry: true,
      steps: [
        ['first', 'UPDATE_CONTACT', { data: { shared: '{{ event.n }}' } }],
        ['pro', 'CONDITION', { field: 'event.n', operator: 'greaterThanOrEqual', value: 0 }],
        ['second', 'UPDATE_CONTACT', { data: { last: 'step {{ event.n }}' } }],
      ],
      arrows: [
        ['trigger', 'first'],
        ['first', 'pro'],
        ['pro', 'second', { branch: 'yes' }],
      ],
    })
    const fields = await Promise.all(
      Array.from({ length: EACH }, (_, n) =>
        world.given({
          eventName: `go ${n}`,
          steps: [['own', 'UPDATE_CONTACT', { data: { [`step${n}`]: `{{ event.n }}` } }]],
          arrows: [['trigger', 'own']],
        }),
      ),
    )
    await world.publish([{ name: 'first', email, data: { origin: 'web' } }])
    await until('the contact is there', async () => {
      const { contactDirectory } = world.connections.stores
      return (await contactDirectory.findByEmail(world.projectId, email)) !== null
    })
    const { id } = await contactOf(email)
    const updates = createUpdates({
      contacts: world.connections.stores.contactDirectory,
      outbox: world.connections.outbox,
      clock: world.connections.clock,
      announcer: world.announcer,
      brokerNow: () => world.connections.clock.now(),
    })
    const patch = (n: number) =>
      updates.change(() => contactOf(email), { data: { [`patch${n}`]: n }, subscribed: null, email: null })
    const numbers = Array.from({ length: EACH }, (_, n) => n)
    await Promise.all([
      ...numbers.map((n) => world.publish([{ name: 'go', email, data: { n, [`event${n}`]: n } }])),
      ...numbers.map((n) => world.publish([{ name: `go ${n}`, email, data: { n } }])),
      ...numbers.map(patch),
    ])
    await endedOnes(world, workflow, EACH)
    for (const one of fields) await endedOnes(world, one)
    const { data } = await contactOf(email)
    for (const n of numbers) {
      assert.equal(data[`event${n}`], n, `event ${n}`)
      assert.equal(data[`patch${n}`], n, `PATCH ${n}`)
      assert.equal(data[`step${n}`], String(n), `step ${n}`)
    }
    assert.equal(data['origin'], 'web')
    assert.match(String(data['last']), /^step \d+$/)
    const ended = await world.executions(workflow)
    assert.ok(ended.every(({ state, history }) => state.status === 'COMPLETED' && history.length === 4))
    assert.equal((await contactOf(email)).id, id)
    assert.deepEqual(world.announced, [])
  })

  it('applies once when the step is delivered again', async () => {
    const email = 'twice@example.com'
    const workflow = await world.given({
      eventName: 'again',
      steps: [['count', 'UPDATE_CONTACT', { data: { count: '{{ contact.data.count | plus: 1 }}' } }]],
      arrows: [['trigger', 'count']],
    })
    // The database goes away between the contact's write and the transition, twice.
    const { executions } = world.connections.stores
    const { transition } = executions
    let refused = 0
    const refusing: typeof transition = async (groups, by) => {
      const leaves = groups.some(({ change }) => change.entries[0]?.type === 'UPDATE_CONTACT')
      if (leaves && refused++ < 2) throw new MillraceError('DATABASE_AWAY', 'MongoDB does not answer')
      return transition(groups, by)
    }
    Object.assign(executions, { transition: refusing })
    await world.publish([{ name: 'again', email, data: {} }])
    await endedOnes(world, workflow)
    Object.assign(executions, { transition })
    assert.ok(refused >= 3)
    assert.equal((await contactOf(email)).data['count'], '1')
  })

  it('fails the execution when the contact is gone', async () => {
    const email = 'gone@example.com'
    const workflow = await world.given({
      eventName: 'gone',
      steps: [
        ['pause', 'WAIT_FOR_EVENT', { eventName: randomUUID(), timeout: 2 }],
        ['late', 'UPDATE_CONTACT', { data: { late: 'yes' } }],
      ],
      arrows: [
        ['trigger', 'pause'],
        ['pause', 'late'],
      ],
    })
    await world.publish([{ name: 'gone', email, data: {} }])
    await until('it waits', async () => (await world.executions(workflow))[0]?.state.status === 'WAITING')
    await world.database.db.collection('contacts').deleteOne({ email })
    const [execution] = await endedOnes(world, workflow)
    const { state } = execution ?? {}
    assert.equal(state?.status === 'FAILED' && state.error?.code, 'CONTACT_MISSING')
    assert.equal(await world.connections.stores.contactDirectory.findByEmail(world.projectId, email), null)
  })
})
