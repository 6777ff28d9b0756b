import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { outputsOf, standingOf } from '../../src/engine/outputs.js'
import type { EngineEvents } from '../../src/events.js'
import { toUuid } from '../../src/store/mongo/bson.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { StepKind } from '../../src/workflow/step.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { bulkDocuments, sendSteps } from '../support/bulkStarts.js'
import { type EngineWorld, openEngineWorld, type Plan, until } from '../support/engineWorld.js'
import { createKafkaPublisher } from '../support/rawPublisher.js'
import { endsOf, withAdmin } from '../support/topicTools.js'
import { LONG_OVER } from '../support/waits.js'

const PURE: Plan = {
  eventName: 'bought',
  allowReentry: true,
  steps: [
    ['first', 'DELAY', LONG_OVER],
    ['then', 'DELAY', LONG_OVER],
    ['last', 'DELAY', LONG_OVER],
  ],
  arrows: [
    ['trigger', 'first'],
    ['first', 'then'],
    ['then', 'last'],
  ],
}

describe('The bulk lane', function () {
  this.timeout(120_000)
  let world: EngineWorld
  let swept: EngineEvents['sweeper.emitted'][]
  let paused: EngineEvents['partition.paused'][]
  before(async () => {
    world = await openEngineWorld({ SWEEP_GRACE_MS: '5000', SWEEP_EVERY_MS: '500' })
    swept = []
    paused = []
    world.announcer.on('sweeper.emitted', (emitted) => swept.push(emitted))
    world.announcer.on('partition.paused', (pause) => paused.push(pause))
    await world.startEngine()
  })
  after(() => world.close())

  const count = (workflow: Workflow, more: object = {}) =>
    world.database.db.collection('executions').countDocuments({ workflowId: toUuid(workflow.id), ...more })
  const ofLane = (workflow: Workflow, lane: string) =>
    count(workflow, { lane, completedAt: { $exists: true } })
  /** Step messages by topic, as the broker has them. */
  async function messages(): Promise<Map<string, number>> {
    const { steps } = world.connections.topology
    return withAdmin(world.connections, async (admin) => {
      const counted = Object.entries(steps).map(async ([which, { name }]) => {
        const ends = await endsOf(admin, name)
        return [which, ends.reduce((sum, { high }) => sum + Number(high), 0)] as const
      })
      return new Map(await Promise.all(counted))
    })
  }

  it('lets live executions pass by 5,000 of a replay, and then comes to its end by itself', async () => {
    const BULK = 5_000
    const workflow = await world.given(PURE)
    const bulk = await bulkDocuments(world, workflow, BULK)
    await sendSteps(world, bulk)
    await until('bulk is under way', async () => (await ofLane(workflow, 'bulk')) > 0)
    const emails = Array.from({ length: 20 }, () => `${randomUUID()}@example.com`)
    await world.publish(emails.map((email) => ({ name: 'bought', email })))
    await until('live has ended', async () => (await ofLane(workflow, 'live')) === emails.length)
    const overtaken = BULK - (await ofLane(workflow, 'bulk'))
    assert.ok(overtaken > BULK / 2, `only ${overtaken} were overtaken`)
    await until('bulk has ended', async () => (await ofLane(workflow, 'bulk')) === BULK)
    const sent = await messages()
    // A write whose outcome is unknown sends again.
    assert.ok((sent.get('BULK') ?? 0) >= 3 * BULK)
    assert.ok((sent.get('DELAY') ?? 0) < BULK / 10)
    assert.equal(await count(workflow, { seq: 3, status: 'COMPLETED' }), BULK + emails.length)
    assert.deepEqual(swept, [])
  })

  it('is where a timer and a wait go on, of what was bulk before', async () => {
    const name = `came-${randomUUID()}`
    const workflow = await world.given({
      eventName: `never-${randomUUID()}`,
      steps: [
        ['pause', 'DELAY', { amount: 0.3, unit: 'seconds' }],
        ['wait', 'WAIT_FOR_EVENT', { eventName: name, timeout: 0.5 }],
        ['call', 'WEBHOOK', { url: 'http://127.0.0.1:9/never', retries: 0 }],
        ['bye', 'EXIT', { reason: 'done' }],
      ],
      arrows: [
        ['trigger', 'pause'],
        ['pause', 'wait'],
        ['wait', 'call'],
        ['call', 'bye'],
      ],
    })
    const before = await messages()
    const bulk = await bulkDocuments(world, workflow, 10)
    await sendSteps(world, bulk)
    await until('all ended', async () =>
      (await world.executions(workflow)).every(({ state }) => isEnded(state)),
    )
    for (const { history } of await world.executions(workflow)) {
      const path = history.map(({ type, status, reason }) => [type, status, reason ?? null])
      assert.deepEqual(path.slice(3), [
        ['WEBHOOK', 'SKIPPED', 'effects_skipped'],
        ['EXIT', 'COMPLETED', null],
      ])
    }
    const after = await messages()
    const more = (which: string) => (after.get(which) ?? 0) - (before.get(which) ?? 0)
    assert.ok(more('BULK') >= 30)
    const others: StepKind[] = ['DELAY', 'WAIT_FOR_EVENT', 'WEBHOOK', 'EXIT']
    assert.deepEqual(others.map(more), [0, 0, 0, 0])
  })

  it('is looked after by the sweeper: what lost its message is sent again there', async () => {
    const workflow = await world.given({ ...PURE, eventName: `never-${randomUUID()}` })
    await bulkDocuments(world, workflow, 30)
    await until('all ended', async () =>
      (await world.executions(workflow)).every(({ state }) => isEnded(state)),
    )
    assert.deepEqual(
      swept.map(({ kind }) => kind).filter((kind) => kind !== 'BULK'),
      [],
    )
    const sent = swept.reduce((sum, one) => sum + one.count, 0)
    assert.ok(sent >= 30, `only ${sent} were sent again`)
  })

  it('goes on from a message on the topic of its kind, as a process of the version before sent it', async () => {
    const workflow = await world.given({ ...PURE, eventName: `never-${randomUUID()}` })
    const before = await messages()
    const bulk = await bulkDocuments(world, workflow, 10)
    const { steps, ...others } = outputsOf(bulk.map(standingOf), { facts: false })
    const withoutLane = steps.map(({ kind, due: { lane: _, ...due } }) => ({ kind, due }))
    await world.connections.outbox.send({ ...others, steps: withoutLane })
    await until('all ended', async () =>
      (await world.executions(workflow)).every(({ state }) => isEnded(state)),
    )
    const after = await messages()
    assert.ok((after.get('DELAY') ?? 0) - (before.get('DELAY') ?? 0) >= 20)
    assert.ok((await world.executions(workflow)).every(({ seq }) => seq === 3))
  })

  it('parks rubbish, and rests before a kind of step that only a newer process knows', async () => {
    const raw = await createKafkaPublisher()
    const { steps } = world.connections.topology
    const parked: EngineEvents['messages.parked'][] = []
    world.announcer.on('messages.parked', (one) => parked.push(one))
    await raw.send(steps.BULK.name, { key: 'k', value: 'not JSON either {', partition: 1 })
    await until('it is parked', () => parked.some(({ topic }) => topic === steps.BULK.name))
    const headers = { kind: 'SEND_SMS' }
    await raw.send(steps.BULK.name, { key: 'k', value: '{"v":1}', headers, partition: 2 })
    await until('its partition rests', () =>
      paused.some(({ partition, reason }) => partition === 2 && /SEND_SMS/.test(reason)),
    )
    await raw.close()
  })
})
