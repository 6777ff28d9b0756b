import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { DateTime } from 'luxon'
import { createAlarm } from '../../consumers/timers/alarm.js'
import type { EngineRole } from '../../src/engineRole.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { depsOf, listening } from '../support/engineDeps.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { handDriven } from '../support/handDriven.js'

const ALL = { partitions: 1, owned: [0] }
const NONE = { partitions: 1, owned: [] }
const QUICK = { SWEEP_EVERY_MS: '500', SWEEP_GRACE_MS: '2000', SESSION_TIMEOUT_MS: '6000' }

describe('timers', function () {
  this.timeout(120_000)
  let world: EngineWorld
  beforeEach(async () => {
    world = await openEngineWorld(QUICK)
  })
  afterEach(() => world.close())

  const delayed = (config: JsonObject): Promise<Workflow> =>
    world.given({
      eventName: `start-${randomUUID()}`,
      steps: [
        ['pause', 'DELAY', config],
        ['done', 'UPDATE_CONTACT', { data: { done: true } }],
      ],
      arrows: [
        ['trigger', 'pause'],
        ['pause', 'done'],
      ],
    })
  const publish = (workflow: Workflow, list: readonly JsonObject[]) =>
    world.publish(
      list.map((data) => ({
        ...{ name: workflow.triggerConfig.eventName, data },
        email: `${randomUUID()}@example.com`,
      })),
    )
  const now = () => world.connections.clock.now()
  const later = (ms: number) => new Date(now().getTime() + ms)
  const countEnded = async (workflow: Workflow) =>
    (await world.executions(workflow)).filter(({ state }) => isEnded(state)).length
  const allEnded = (workflow: Workflow, count: number) =>
    until(`${count} have ended`, async () => (await countEnded(workflow)) === count)
  const leftAt = ({ history }: Execution, key: string) =>
    history.find((entry) => entry.key === key)?.at.getTime() ?? Number.NaN

  /** Each step once, and the DELAY not before its time. */
  function assertOnce(executions: readonly Execution[], dueMs: (one: Execution) => number): void {
    for (const one of executions) {
      assert.equal(one.state.status, 'COMPLETED')
      assert.deepEqual(
        one.history.map(({ key }) => key),
        ['trigger', 'pause', 'done'],
      )
      // One transition into the DELAY unless it was over by then, one out of it, one for the step behind it.
      assert.ok(one.seq === 3 || one.seq === 2, `${one.seq}`)
      assert.ok(leftAt(one, 'pause') >= dueMs(one), `${leftAt(one, 'pause') - dueMs(one)} ms`)
    }
  }

  it('come by the clock of a zone and by a time that the event brings, on the days that count', async () => {
    const zone = 'Asia/Kathmandu'
    const there = DateTime.fromJSDate(later(4_000), { zone }).startOf('second')
    const timeOfDay = there.toFormat('HH:mm:ss')
    const tomorrow = (there.weekday % 7) + 1
    const [today, other, byEvent] = [
      await delayed({ timeOfDay, weekdays: [there.weekday], timezone: zone }),
      await delayed({ timeOfDay, weekdays: [tomorrow], timezone: 'event.zone' }),
      await delayed({ until: 'event.at' }),
    ]
    const at = later(3_000).toISOString()
    await publish(today, [{}])
    await publish(other, [{ zone }, { zone: 'Nowhere/At_all' }])
    await publish(byEvent, [{ at }, { at: later(-86_400_000).toISOString() }, { at: 'soon' }])
    await world.startEngine()
    await allEnded(today, 1)
    await allEnded(byEvent, 3)
    await allEnded(other, 1)
    assertOnce(await world.executions(today), () => there.toMillis())
    const [good, bad] = [[], []] as [Execution[], Execution[]]
    for (const one of await world.executions(byEvent)) (one.context['at'] === 'soon' ? bad : good).push(one)
    assertOnce(good, ({ context }) => Date.parse(String(context['at'])))
    assert.equal(good.length, 2)
    const waiting = (await world.executions(other)).find(({ state }) => state.status === 'WAITING')
    assert.ok(waiting?.state.status === 'WAITING')
    assert.equal(waiting.state.dueAt?.getTime(), there.plus({ days: 1 }).toMillis())
    const failed = [...bad, ...(await world.executions(other)).filter(({ state }) => isEnded(state))]
    for (const { state } of failed) assert.ok(isEnded(state) && state.error?.code === 'DELAY_UNUSABLE')
    assert.equal(failed.length, 2)
  })

  it('of a year are pending from start to start; nothing rings for them before their time', async () => {
    const workflow = await delayed({ amount: 365, unit: 'days' })
    const soon = await delayed({ amount: 1, unit: 'seconds' })
    const first = await world.startEngine()
    await publish(workflow, [{}, {}])
    const waits = ({ state }: Execution) => state.status === 'WAITING'
    await until('both wait', async () => (await world.executions(workflow)).filter(waits).length === 2)
    await first.stop()
    let rings = 0
    const { due } = world.connections.stores.executions
    world.connections.stores.executions.due = (...args) => {
      rings += 1
      return due(...args)
    }
    const beganMs = performance.now()
    await world.startEngine()
    await publish(soon, [{}])
    await allEnded(soon, 1)
    // Every 2 s, when it begins, when a Timer message or a partition comes: no loop of timers that overflow.
    assert.ok(rings > 0 && rings < 20 + (performance.now() - beganMs) / 250, `${rings}`)
    assert.equal(await countEnded(workflow), 0)
    const documents = world.database.db.collection<{ dueAt: Date }>('executions')
    await documents.updateMany({ dueAt: { $gt: later(86_400_000) } }, { $set: { dueAt: later(0) } })
    await allEnded(workflow, 2)
  })

  it('move once under two alarm clocks with the same share, and not at all under none', async () => {
    const workflow = await delayed({ amount: 3, unit: 'seconds' })
    const hand = handDriven(world)
    const events = Array.from({ length: 300 }, (_, n) => ({
      name: workflow.triggerConfig.eventName,
      email: `two${n}@example.com`,
    }))
    await hand.events(events)
    await hand.settle()
    assert.ok((await world.executions(workflow)).every(({ state }) => state.status === 'WAITING'))
    const { sent, outbox } = listening(world)
    const inputTopic = { name: world.inputTopic, partitions: () => 3 }
    const alarmOf = (share: typeof ALL | typeof NONE) =>
      createAlarm({ deps: depsOf(world, { outbox }), share: () => share, inputTopic })
    const nobody = alarmOf(NONE)
    await until('they are overdue', async () => {
      const due = await world.connections.stores.executions.due(ALL, { now: now(), waitsUpTo: now() }, 1_000)
      return due.length === 300
    })
    await nobody.stop()
    assert.deepEqual(sent, [])
    const both = [alarmOf(ALL), alarmOf(ALL)]
    const steps = () => sent.flatMap(({ steps }) => steps)
    await until('all have moved', () => steps().length >= 300)
    await Promise.all(both.map((alarm) => alarm.stop()))
    assert.equal(steps().length, 300)
    await hand.deliver(steps())
    assertOnce(await world.executions(workflow), ({ startedAt }) => startedAt.getTime() + 3_000)
  })

  it('are neither lost nor moved twice while owners come and go, and for a while there is none', async () => {
    const workflow = await delayed({ until: 'event.at' })
    const engines: EngineRole[] = [await world.startEngine()]
    const beganMs = now().getTime()
    const dueAt = (n: number) => new Date(beganMs + 2_000 + n * 30)
    await publish(
      workflow,
      Array.from({ length: 300 }, (_, n) => ({ at: dueAt(n).toISOString() })),
    )
    const reached = (count: number) =>
      until(`${count} have ended`, async () => (await countEnded(workflow)) >= count)
    await reached(20)
    engines.push(await world.startEngine())
    await reached(80)
    await engines[0]?.stop()
    await reached(140)
    await engines[1]?.stop()
    await until('some are overdue', () => now() > dueAt(220))
    await world.startEngine()
    await allEnded(workflow, 300)
    assertOnce(await world.executions(workflow), ({ context }) => Date.parse(String(context['at'])))
  })
})
