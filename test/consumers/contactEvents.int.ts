import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Handler } from '../../consumers/batch.js'
import { createContactEventsHandler } from '../../consumers/contactEvents/handler.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { DAY_MS } from '../../src/topology.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { ALIVE, Died, depsOf, dyingAt, listening } from '../support/engineDeps.js'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'
import { batchOf } from '../support/topicTools.js'

/** Batches are handed to the handler as the consumer would; services are real, no consumer runs. */
describe('contact events, delivered again after a crash anywhere', () => {
  let world: EngineWorld
  let nextOffset = 0
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  const handlerOf = (instead: Partial<EngineDeps> = {}): Handler =>
    createContactEventsHandler({ deps: depsOf(world, instead), shortestRetentionMs: 400 * DAY_MS })
  const event = (name: string, email: string, more: object = {}) =>
    JSON.stringify({ projectId: world.projectId, name, email, eventId: randomUUID(), ...more })
  const batch = (values: readonly string[], at = new Date()) => {
    const made = batchOf(world.inputTopic, values, { from: nextOffset, at })
    nextOffset += values.length
    return made
  }
  const stepAfter = (name: string, more: object = {}): Promise<Workflow> =>
    world.given({
      eventName: name,
      steps: [['done', 'UPDATE_CONTACT', { data: { done: true } }]],
      arrows: [['trigger', 'done']],
      ...more,
    })
  const contact = async (email: string) => {
    const { stores } = world.connections
    const found = await stores.contactDirectory.findByEmail(world.projectId, email)
    assert.ok(found)
    const [stored] = await stores.contacts.read([found.id])
    assert.ok(stored)
    return stored
  }

  it('starts once and sends the first step again for as long as no step has moved it', async () => {
    const workflow = await stepAfter('again')
    const { sent, outbox } = listening(world)
    const handle = handlerOf({ outbox })
    const delivered = batch([event('again', 'again@example.com', { data: { n: 1 } })])
    await handle(delivered, ALIVE)
    await handle(delivered, ALIVE)
    const executions = await world.executions(workflow)
    assert.equal(executions.length, 1)
    const [first, second] = sent
    assert.equal(first?.steps.length, 1)
    assert.deepEqual(second?.steps, first?.steps)
    assert.equal((await contact('again@example.com')).version, 1)
  })

  const CRASHES: readonly (readonly [string, (deps: EngineDeps) => Partial<EngineDeps>])[] = [
    ['recording events', (deps) => ({ events: dyingAt(deps.events, 'record') })],
    ['claiming entries', (deps) => ({ entries: dyingAt(deps.entries, 'claim') })],
    ['pinning definitions', (deps) => ({ definitions: dyingAt(deps.definitions, 'pin') })],
    ['inserting executions', (deps) => ({ executions: dyingAt(deps.executions, 'insert') })],
    ['writing contacts', (deps) => ({ contacts: dyingAt(deps.contacts, 'fold') })],
    ['looking for waits', (deps) => ({ executions: dyingAt(deps.executions, 'waitingFor') })],
    ['sending', (deps) => ({ outbox: dyingAt(deps.outbox, 'send') })],
    ['clearing what is owed', (deps) => ({ contacts: dyingAt(deps.contacts, 'clearOwed') })],
  ]
  for (const [index, [place, crash]] of CRASHES.entries()) {
    it(`comes to the same end after a crash before ${place}`, async () => {
      const name = `crash-${index}`
      const email = `${name}@example.com`
      const workflow = await stepAfter(name)
      const delivered = batch([
        event(name, email, { data: { a: 1, b: 1 }, subscribed: false }),
        event('other', email, { data: { b: 2 } }),
      ])
      await assert.rejects(handlerOf(crash(depsOf(world)))(delivered, ALIVE), Died)
      const { sent, outbox } = listening(world)
      await handlerOf({ outbox })(delivered, ALIVE)
      const executions = await world.executions(workflow)
      assert.equal(executions.length, 1)
      assert.equal(sent.flatMap(({ steps }) => steps).length, 1)
      const stored = await contact(email)
      assert.deepEqual(
        { data: stored.data, subscribed: stored.subscribed, version: stored.version },
        { data: { a: 1, b: 2 }, subscribed: false, version: 1 },
      )
    })
  }

  it('keeps newer data when an old batch comes again', async () => {
    const email = 'newer@example.com'
    const old = batch([event('x', email, { data: { plan: 'free' } })])
    const newer = batch([event('x', email, { data: { plan: 'pro' } })])
    const handle = handlerOf()
    for (const delivered of [old, newer, old]) await handle(delivered, ALIVE)
    assert.equal((await contact(email)).data['plan'], 'pro')
  })

  it('takes in what a topic that was made anew brings, though its offsets begin again', async () => {
    const email = 'anew@example.com'
    const handle = handlerOf()
    await handle(batch([event('x', email, { data: { plan: 'free' } })], new Date(1_000)), ALIVE)
    const anew = batchOf(world.inputTopic, [event('x', email, { data: { plan: 'pro' } })], { from: 0 })
    await handle(anew, ALIVE)
    assert.equal((await contact(email)).data['plan'], 'pro')
  })

  it('matches each event against the contact as it was right after it', async () => {
    const rule = { '==': [{ var: 'contact.data.plan' }, 'pro'] }
    const workflow = await stepAfter('upgraded', { rule, allowReentry: true })
    const email = 'plan@example.com'
    const plans = ['free', 'pro', 'free', 'pro']
    await handlerOf()(batch(plans.map((plan) => event('upgraded', email, { data: { plan } }))), ALIVE)
    const executions = await world.executions(workflow)
    assert.deepEqual(
      executions.map(({ context }) => context['plan']),
      ['pro', 'pro'],
    )
  })

  it('counts one event that was sent twice once, within a batch and across batches', async () => {
    const workflow = await stepAfter('twice', { allowReentry: true })
    const twice = event('twice', 'twice@example.com')
    const handle = handlerOf()
    await handle(batch([twice, twice]), ALIVE)
    await handle(batch([twice]), ALIVE)
    assert.equal((await world.executions(workflow)).length, 1)
  })

  it('takes an event of a former address to whom it meant then', async () => {
    const { contactDirectory } = world.connections.stores
    const [first, second] = [await made('first@example.com'), await made('second@example.com')]
    const shared = 'shared@example.com'
    const times = [10, 20, 30, 40].map((minutes) => new Date(Date.now() - minutes * 60_000)).reverse()
    const [before, untilFirst, between, untilSecond] = times as [Date, Date, Date, Date]
    await moveTo(first, shared, untilFirst, 'first2@example.com')
    await moveTo(second, shared, untilSecond, 'second2@example.com')
    await handlerOf()(batch([event('x', shared, { data: { said: 'before' } })], before), ALIVE)
    await handlerOf()(batch([event('x', shared, { data: { said: 'between' } })], between), ALIVE)
    assert.equal((await contact('first2@example.com')).data['said'], 'before')
    assert.equal((await contact('second2@example.com')).data['said'], 'between')
    assert.equal(await contactDirectory.findByEmail(world.projectId, shared), null)
  })

  async function made(email: string): Promise<ContactId> {
    await handlerOf()(batch([event('x', email)]), ALIVE)
    return (await contact(email)).id
  }

  /** From `through`, where the contact was for a while, on to `email`. */
  async function moveTo(id: ContactId, through: string, until: Date, email: string): Promise<void> {
    const { contactDirectory } = world.connections.stores
    const changes = { set: {}, unset: [], subscribed: null }
    for (const move of [
      { email: through, until: new Date(0) },
      { email, until },
    ]) {
      const now = await contactDirectory.get(world.projectId, id)
      assert.ok(now)
      const changed = await contactDirectory.change(now, { changes, move, owed: [] }, new Date())
      assert.ok(typeof changed === 'object')
    }
  }
})
