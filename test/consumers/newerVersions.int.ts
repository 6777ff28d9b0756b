import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EngineEvents } from '../../src/events.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { createKafkaPublisher } from '../support/rawPublisher.js'
import { endsOf, withAdmin } from '../support/topicTools.js'

describe('an internal message of a newer version', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('rests its partition and is announced; it is neither parked nor passed over, and others go on', async function () {
    this.timeout(120_000)
    const { steps, timers, deadLetters } = world.connections.topology
    const paused: EngineEvents['partition.paused'][] = []
    world.announcer.on('partition.paused', (pause) => paused.push(pause))
    const raw = await createKafkaPublisher()
    const executionId = randomUUID()
    const value = JSON.stringify({ v: 2, executionId, seq: 1, dueAt: new Date(0), something: 'new' })
    for (const { name } of [steps.EXIT, timers]) await raw.send(name, { key: 'k', value, partition: 1 })
    await world.startEngine()
    await until('both partitions rest', () => new Set(paused.map(({ topic }) => topic)).size === 2)
    assert.ok(paused.every(({ partition, reason }) => partition === 1 && /unknown version/.test(reason)))
    const failures = world.announced.map(({ error }) => String(error))
    assert.ok(failures.some((text) => text.includes('this process is older than its writer')))
    const [letters, [places]] = await withAdmin(world.connections, (admin) =>
      Promise.all([
        endsOf(admin, deadLetters.name),
        admin.fetchOffsets({ groupId: timers.name, topics: [timers.name] }),
      ]),
    )
    assert.ok(letters.every(({ high }) => high === '0'))
    const resting = places?.partitions.find(({ partition }) => partition === 1)
    assert.ok(Number(resting?.offset ?? -1) <= 0)
    await raw.close()
    // An execution whose step is on another partition of the same topic runs.
    const workflow = await world.given({
      eventName: 'goes_on',
      allowReentry: true,
      steps: [['bye', 'EXIT', { reason: 'done' }]],
      arrows: [['trigger', 'bye']],
    })
    const events = Array.from({ length: 30 }, (_, n) => ({ name: 'goes_on', email: `c${n}@example.com` }))
    await world.publish(events)
    await until('some ended', async () =>
      (await world.executions(workflow)).some(({ state }) => state.status === 'COMPLETED'),
    )
  })
})
