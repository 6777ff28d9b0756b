import assert from 'node:assert/strict'
import { type ReplayRole, startReplayRole } from '../../src/replayRole.js'
import type { Replay } from '../../src/store/ports/replays.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { ask, ended, wish } from '../support/replays.js'
import { deleteRecords } from '../support/topicTools.js'

describe('a replay of what the topic has lost in part', () => {
  let world: EngineWorld
  let role: ReplayRole
  let workflow: Workflow
  /** Between the fifth event and the sixth. */
  const half = { at: new Date(0) }
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld({ PARTITIONS: '1' })
    await world.startEngine()
    role = await startReplayRole(world.config, world.connections, world.announcer)
    await publishFive(0)
    half.at = new Date(Date.now() + 1)
    await until('a millisecond is over', () => Date.now() > half.at.getTime())
    await publishFive(5)
    workflow = await world.given({ eventName: 'bought', steps: [], arrows: [] })
  })
  after(async function () {
    this.timeout(60_000)
    await role.stop()
    await world.close()
  })

  const events = () => world.database.db.collection('events')
  const timeOf = async (offset: number): Promise<Date> => (await events().findOne({ offset }))?.['at']

  async function publishFive(from: number): Promise<void> {
    // Each for itself: what is appended together has one time.
    for (let n = from; n < from + 5; n++)
      await world.publish([{ name: 'bought', email: `c${n}@example.com`, eventId: `${n}` }])
    await until('all are recorded', async () => (await events().countDocuments({})) === from + 5)
  }

  async function lose(before: number): Promise<void> {
    await deleteRecords(world.connections, world.inputTopic, [{ partition: 0, offset: String(before) }])
  }

  const replay = async (range: { from?: Date; to?: Date } = {}): Promise<Replay> =>
    ended(world, await ask(world, workflow, wish({ ...range, dryRun: true })))

  it('says before when events may be gone', async function () {
    this.timeout(120_000)
    assert.deepEqual((await replay()).missingBefore, null)
    await lose(7)
    const { counts, missingBefore } = await replay()
    assert.equal(counts.scanned, 3)
    assert.deepEqual(missingBefore, await timeOf(7))
  })

  it('says so of a range that is gone altogether', async function () {
    this.timeout(120_000)
    const { counts, missingBefore } = await replay({ to: half.at })
    assert.equal(counts.scanned, 0)
    assert.deepEqual(missingBefore, half.at)
  })

  it('says nothing of a range that nothing was lost of', async function () {
    this.timeout(120_000)
    const { missingBefore } = await replay({ from: await timeOf(9) })
    assert.equal(missingBefore, null)
  })

  it('says so where the topic loses what a replay under way has not read', async function () {
    this.timeout(120_000)
    await role.stop()
    await publishFive(10)
    const asked = await ask(world, workflow, wish())
    const place = { partition: 0, start: 7, next: 9, tried: 9, end: 15 }
    await world.database.db
      .collection('replays')
      .updateMany({ status: 'RUNNING' }, { $set: { places: [place] } })
    await lose(12)
    role = await startReplayRole(world.config, world.connections, world.announcer)
    const { counts, missingBefore } = await ended(world, asked)
    assert.deepEqual([counts.scanned, missingBefore], [3, await timeOf(12)])
  })

  it('says so where a partition holds nothing any more', async function () {
    this.timeout(120_000)
    await lose(15)
    const { missingBefore, to } = await replay()
    assert.deepEqual(missingBefore, to)
  })
})
