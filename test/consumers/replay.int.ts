import assert from 'node:assert/strict'
import { type ReplayRole, startReplayRole } from '../../src/replayRole.js'
import { isEnded } from '../../src/workflow/execution.js'
import { allHandled } from '../support/allHandled.js'
import { type EngineWorld, openEngineWorld, type Plan, until } from '../support/engineWorld.js'
import { ask, ended, found, wish } from '../support/replays.js'

const BOUGHT = 'bought'
const PLAN: Plan = {
  eventName: BOUGHT,
  rule: { '>=': [{ var: 'event.amount' }, 10] },
  steps: [
    ['call', 'WEBHOOK', { url: 'http://127.0.0.1:9/never', retries: 0 }],
    ['bye', 'EXIT', { reason: 'done' }],
  ],
  arrows: [
    ['trigger', 'call'],
    ['call', 'bye'],
  ],
}

describe('a replay of past events', () => {
  let world: EngineWorld
  let role: ReplayRole
  const half = { at: new Date(0) }
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld()
    await world.startEngine()
    role = await startReplayRole(world.config, world.connections, world.announcer)
    // 20 contacts; each buys for 5, which the rule refuses, then for 10, and later for 20.
    const events = (amount: number) =>
      Array.from({ length: 20 }, (_, n) => ({
        name: BOUGHT,
        email: `c${n}@example.com`,
        data: { amount },
        eventId: `${n}-${amount}`,
      }))
    await world.publish([...events(5), ...events(10)])
    const recorded = world.database.db.collection('events')
    await until('40 events are recorded', async () => (await recorded.countDocuments({})) === 40)
    half.at = new Date(Date.now() + 1)
    await until('a millisecond is over', () => Date.now() > half.at.getTime())
    await world.publish(events(20))
    await allHandled(world.inputTopic)
  })
  after(async function () {
    this.timeout(60_000)
    await role.stop()
    await world.close()
  })

  it('counts in a dry run what it would start, and starts nothing', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const { status, counts } = await ended(world, await ask(world, workflow, wish({ dryRun: true })))
    assert.equal(status, 'COMPLETED')
    assert.deepEqual(counts, { scanned: 60, matched: 40, started: 20, alreadyThere: 0, skipped: 20 })
    assert.deepEqual(await world.executions(workflow), [])
  })

  it('starts what is missing once, however often it is asked, and skips effects', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const first = await ended(world, await ask(world, workflow, wish()))
    assert.deepEqual(first.counts, { scanned: 60, matched: 40, started: 20, alreadyThere: 0, skipped: 20 })
    assert.equal(first.missingBefore, null)
    await until('all ended', async () => {
      const executions = await world.executions(workflow)
      return executions.length === 20 && executions.every(({ state }) => isEnded(state))
    })
    const executions = await world.executions(workflow)
    for (const { lane, effects, origin, history } of executions) {
      assert.deepEqual([lane, effects, origin[0]], ['bulk', 'skip', 'event'])
      assert.match(String(origin[1]), /-10$/)
      assert.deepEqual(
        history.map(({ key, status, reason }) => [key, status, reason ?? null]),
        [
          ['trigger', 'COMPLETED', null],
          ['call', 'SKIPPED', 'effects_skipped'],
          ['bye', 'COMPLETED', null],
        ],
      )
    }
    const second = await ended(world, await ask(world, workflow, wish()))
    assert.deepEqual(second.counts, { scanned: 60, matched: 40, started: 0, alreadyThere: 20, skipped: 20 })
    const dry = await ended(world, await ask(world, workflow, wish({ dryRun: true })))
    assert.deepEqual(dry.counts, second.counts)
    assert.equal((await world.executions(workflow)).length, 20)
  })

  it('starts again under its own id in a rerun, re-entry or not', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    await ended(world, await ask(world, workflow, wish()))
    const rerun = await ended(world, await ask(world, workflow, wish({ mode: 'rerun' })))
    assert.deepEqual(rerun.counts, { scanned: 60, matched: 40, started: 40, alreadyThere: 0, skipped: 0 })
    const origins = (await world.executions(workflow)).filter(({ origin }) => origin[0] === 'replay')
    assert.equal(origins.length, 40)
    assert.ok(origins.every(({ origin }) => origin[1] === rerun.id))
  })

  it('reads from `from` on and before `to`, by the broker’s time', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const before = await ended(world, await ask(world, workflow, wish({ to: half.at, dryRun: true })))
    assert.deepEqual([before.counts.scanned, before.counts.matched], [40, 20])
    const behind = await ended(world, await ask(world, workflow, wish({ from: half.at, dryRun: true })))
    assert.deepEqual([behind.counts.scanned, behind.counts.matched], [20, 20])
  })

  it('starts nobody who was erased, and does not bring them back', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const { contactDirectory } = world.connections.stores
    const contact = await contactDirectory.findByEmail(world.projectId, 'c3@example.com')
    assert.ok(contact)
    const now = world.connections.clock.now()
    await contactDirectory.bury(world.projectId, contact.id, { now, until: now })
    const replay = await ended(world, await ask(world, workflow, wish()))
    const counts = { scanned: 60, matched: 38, started: 19, alreadyThere: 0, skipped: 19 + 3 }
    assert.deepEqual(replay.counts, counts)
    assert.equal(await contactDirectory.findByEmail(world.projectId, 'c3@example.com'), null)
  })

  it('fails when its workflow is deleted, and says so', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const asked = await ask(world, workflow, wish({ dryRun: true }))
    const { workflows } = world.connections.stores
    await workflows.remove(world.projectId, [workflow.id], world.connections.clock.now())
    const replay = await ended(world, asked)
    assert.equal(replay.status, 'FAILED')
    assert.match(String(replay.error), /deleted/)
  })

  it('tells how far it is while it works, not only part by part', async function () {
    this.timeout(120_000)
    const MANY = 400
    const named = (n: number) => ({ name: 'came_often', email: `many${n}@example.com` })
    await world.publish(Array.from({ length: MANY }, (_, n) => named(n)))
    await allHandled(world.inputTopic)
    const workflow = await world.given({ ...PLAN, eventName: 'came_often', rule: { '==': [1, 1] } })
    const asked = await ask(world, workflow, wish({ ratePerSecond: 200 }))
    const seen = new Set<number>()
    await until('it has ended', async () => {
      const { status, counts } = await found(world, asked)
      assert.ok(counts.started <= counts.scanned)
      seen.add(counts.started)
      return status !== 'RUNNING'
    })
    const { status, error, counts } = await found(world, asked)
    assert.deepEqual([status, error, counts.started], ['COMPLETED', null, MANY], JSON.stringify(counts))
    assert.ok(seen.size >= 6, `only ${[...seen]} were seen`)
  })
})
