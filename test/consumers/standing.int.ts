import assert from 'node:assert/strict'
import type { EngineEvents } from '../../src/events.js'
import { isEnded } from '../../src/workflow/execution.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

describe('where an engine stands, as it tells once a second', () => {
  let world: EngineWorld
  const measured = new Map<string, EngineEvents['topic.measured']>()
  const timed: number[] = []
  let overdue: number | null = null
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    world.announcer.on('topic.measured', (one) => measured.set(one.topic, one))
    world.announcer.on('timers.timed', ({ ms }) => timed.push(...ms))
    world.announcer.on('timers.overdue', ({ count }) => {
      overdue = count
    })
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('names every topic that it reads, each partition, and how far it is', async function () {
    this.timeout(60_000)
    const { topology } = world.connections
    const engine = await world.startEngine()
    await world.publish([{ name: 'nobody_waits', email: 'a@example.com' }])
    const { contactEvents, emailEvents, steps, timers, deadLetters } = topology
    const read = [contactEvents, emailEvents, ...Object.values(steps), timers, deadLetters]
    await until('every partition is caught up', () =>
      read.every(({ name, partitions }) => {
        const lags = [...(measured.get(name)?.lags.values() ?? [])]
        return lags.length === partitions && lags.every((lag) => lag === 0)
      }),
    )
    const ageOf = ({ name }: { readonly name: string }) => measured.get(name)?.ageMs ?? null
    await until('the input is passed', () => (ageOf(topology.contactEvents) ?? 9_999) < 5_000)
    assert.equal(ageOf(topology.timers), null)
    await until('overdue timers are counted', () => overdue !== null)
    assert.equal(overdue, 0)
    await engine.stop()
  })

  it('times every timer, not only the latest, and takes none early', async function () {
    this.timeout(60_000)
    const workflow = await world.given({
      eventName: 'pause',
      steps: [['nap', 'DELAY', { amount: 6, unit: 'seconds' }]],
      arrows: [['trigger', 'nap']],
    })
    await world.startEngine()
    await world.publish(Array.from({ length: 20 }, (_, n) => ({ name: 'pause', email: `p${n}@example.com` })))
    await until('all were taken', () => timed.length >= 20, 40_000)
    assert.ok(timed.every((ms) => ms >= 0))
    for (const { state, history } of await world.executions(workflow)) {
      const entered = history[0]?.at.getTime() ?? 0
      assert.ok(isEnded(state) && state.completedAt.getTime() - entered >= 6_000)
    }
  })
})
