import assert from 'node:assert/strict'
import type { ReplayDeps } from '../../consumers/replay/deps.js'
import { startReplays } from '../../consumers/replay.js'
import { connectOffsetReader, type OffsetReader } from '../../consumers/run/offsets.js'
import { realScheduler } from '../../src/store/scheduling.js'
import { allHandled } from '../support/allHandled.js'
import { type EngineWorld, openEngineWorld, type Plan, until } from '../support/engineWorld.js'
import { ask, ended, found, wish } from '../support/replays.js'

const PLAN: Plan = {
  eventName: 'ordered',
  allowReentry: true,
  steps: [['bye', 'EXIT', { reason: 'done' }]],
  arrows: [['trigger', 'bye']],
}
const EVENTS = 1_500

describe('a replay that crashes, is cancelled or asked for twice', () => {
  let world: EngineWorld
  let offsets: OffsetReader
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
    const { config, connections } = world
    const { kafka } = connections
    offsets = await connectOffsetReader({ kafka, brokers: config.KAFKA_BROKERS, patienceMs: 15_000 })
    await world.startEngine()
    const events = Array.from({ length: EVENTS }, (_, n) => ({
      name: 'ordered',
      email: `c${n % 100}@example.com`,
      eventId: `o${n}`,
    }))
    await world.publish(events)
    await allHandled(world.inputTopic)
  })
  after(async function () {
    this.timeout(60_000)
    await offsets.close()
    await world.close()
  })

  let ids = 0
  const deps = (more: Partial<ReplayDeps> = {}): ReplayDeps => {
    const { stores, outbox, codec, clock, brokerTime, kafka, topology } = world.connections
    const { announcer } = world
    const brokerTimeOf = brokerTime.of
    const reach = { ...stores, outbox, codec, clock, brokerTimeOf, kafka, topology, offsets, announcer }
    const newId = () => `30000000-0000-8000-8000-${String(ids++).padStart(12, '0')}`
    const options = { lifecycleFacts: true, timesInDisorder: false, scheduler: realScheduler, newId }
    return { ...reach, ...options, ...more }
  }

  /** A process that dies at its call number `nth`: of `note` before it, of `insert` behind it, unheard. */
  const dieAt = async (place: 'note' | 'insert', nth: number): Promise<void> => {
    const { replays, executions } = world.connections.stores
    let calls = 0
    let dead = false
    const reaches = (name: typeof place) => name === place && ++calls >= nth
    const note: typeof replays.note = async (...call) => {
      if (reaches('note')) throw new Error('died')
      return replays.note(...call)
    }
    const insert: typeof executions.insert = async (list) => {
      const there = await executions.insert(list)
      if (list.length > 0 && reaches('insert')) throw new Error('died')
      return there
    }
    const die = async () => {
      dead = true
    }
    // A dead process gives nothing back and ends nothing.
    const stores = { replays: { ...replays, note, finish: die, putBack: die } }
    const dying = startReplays(deps({ ...stores, executions: { ...executions, insert } }))
    await until(`a process died at ${place} ${nth}`, () => dead)
    await dying.stop()
  }

  it('goes on where it was after a crash at any write, and counts and starts everything once', async function () {
    this.timeout(180_000)
    const workflow = await world.given(PLAN)
    const asked = await ask(world, workflow, wish())
    // Every process of these dies at a write: before it, or behind it without hearing of it.
    for (const [index, place] of (['note', 'insert', 'note', 'insert'] as const).entries()) {
      await dieAt(place, index + 1)
      // Its lease ends.
      await world.database.db.collection('replays').updateMany({}, { $set: { dueAt: new Date(0) } })
    }
    const surviving = startReplays(deps())
    const replay = await ended(world, asked)
    await surviving.stop()
    assert.equal(replay.status, 'COMPLETED')
    const counts = { scanned: EVENTS, matched: EVENTS, started: EVENTS, alreadyThere: 0, skipped: 0 }
    assert.deepEqual(replay.counts, counts)
    assert.equal((await world.executions(workflow)).length, EVENTS)
    await until('all ended', async () =>
      (await world.executions(workflow)).every(({ state }) => state.status === 'COMPLETED'),
    )
  })

  it('stops soon after it was cancelled, and stays so', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const asked = await ask(world, workflow, wish({ ratePerSecond: 100 }))
    const role = startReplays(deps())
    await until('it has begun', async () => (await world.executions(workflow)).length > 0)
    const { replays } = world.connections.stores
    assert.equal(await replays.cancel(world.projectId, asked.id, new Date()), true)
    assert.equal(await replays.cancel(world.projectId, asked.id, new Date()), false)
    await role.stop()
    const { status, completedAt } = await found(world, asked)
    assert.equal(status, 'CANCELLED')
    assert.ok(completedAt)
    assert.ok((await world.executions(workflow)).length < EVENTS)
  })

  it('runs once a workflow: the second one hears which one runs', async function () {
    this.timeout(60_000)
    const workflow = await world.given(PLAN)
    const [first, second] = await Promise.allSettled([
      ask(world, workflow, wish()),
      ask(world, workflow, wish()),
    ])
    const [won, lost] = first.status === 'fulfilled' ? [first, second] : [second, first]
    assert.ok(won.status === 'fulfilled' && lost.status === 'rejected')
    assert.match(String(lost.reason), new RegExp(`Replay ${won.value.id} of this workflow is running`))
    const { replays } = world.connections.stores
    await replays.cancel(world.projectId, won.value.id, new Date())
    const third = await ask(world, workflow, wish())
    await replays.cancel(world.projectId, third.id, new Date())
  })

  it('refuses ranges that are none, and workflows that events cannot start', async function () {
    this.timeout(60_000)
    const workflow = await world.given(PLAN)
    const now = Date.now()
    const [past, future] = [new Date(now - 60_000), new Date(now + 3_600_000)]
    await assert.rejects(ask(world, workflow, wish({ from: past, to: past })), /range of time/)
    await assert.rejects(ask(world, workflow, wish({ from: future })), /range of time/)
    const { workflows } = world.connections.stores
    await workflows.enable(world.projectId, [workflow.id], false, new Date())
    await assert.rejects(ask(world, workflow, wish()), /disabled/)
    await workflows.remove(world.projectId, [workflow.id], new Date())
    await assert.rejects(ask(world, workflow, wish()), /no such workflow/)
  })
})
