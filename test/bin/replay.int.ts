import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type ReplayRole, startReplayRole } from '../../src/replayRole.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { allHandled } from '../support/allHandled.js'
import { type CommandLine, commandLine, settingsOf } from '../support/commandLine.js'
import { type EngineWorld, openEngineWorld } from '../support/engineWorld.js'
import { ask, found, wish } from '../support/replays.js'

const EVENTS = 40

describe('millrace replay', function () {
  this.timeout(120_000)
  let world: EngineWorld
  let role: ReplayRole
  let workflow: Workflow
  let millrace: CommandLine
  let place: readonly string[]
  before(async () => {
    world = await openEngineWorld()
    await world.startEngine()
    const events = Array.from({ length: EVENTS }, (_, n) => ({
      name: 'bought',
      email: `c${n}@example.com`,
      data: { n },
    }))
    await world.publish(events)
    await allHandled(world.inputTopic)
    role = await startReplayRole(world.config, world.connections, world.announcer)
    millrace = commandLine(settingsOf(world))
  })
  beforeEach(async () => {
    workflow = await world.given({ eventName: 'bought', steps: [], arrows: [] })
    place = ['--project', world.projectId, '--workflow', workflow.id]
  })
  after(async () => {
    await role.stop()
    await world.close()
  })

  it('counts, starts and lists', async () => {
    const from = ['--from', '2020-01-01T00:00:00Z']
    const dry = await millrace('replay', ...place, ...from, '--dry-run', '--json')
    assert.equal(dry.code, 0, dry.err)
    const [counted] = JSON.parse(dry.out) as { status: string; matched: number; started: number }[]
    assert.deepEqual([counted?.status, counted?.matched, counted?.started], ['COMPLETED', EVENTS, EVENTS])
    assert.equal((await world.executions(workflow)).length, 0)
    const told = await millrace('replay', 'list', ...place)
    assert.match(told.out, /dry run: nothing was started/)
    const real = await millrace('replay', ...place, ...from, '--rate', '5000')
    assert.match(real.out, /COMPLETED.*missing/)
    assert.doesNotMatch(real.out, /dry run/)
    assert.equal((await world.executions(workflow)).length, EVENTS)
    const listed = await millrace('replay', 'list', ...place, '--json')
    const rows = JSON.parse(listed.out) as { dryRun: boolean; ratePerSecond: number | null }[]
    assert.deepEqual(
      rows.map(({ dryRun, ratePerSecond }) => [dryRun, ratePerSecond]),
      [
        [false, 5000],
        [true, null],
      ],
    )
  })

  it('cancels what runs, once', async () => {
    const running = await ask(world, workflow, wish({ ratePerSecond: 1 }))
    const cancelled = await millrace('replay', 'cancel', running.id, ...place)
    assert.deepEqual([cancelled.code, cancelled.out], [0, `cancelled ${running.id}\n`])
    assert.equal((await found(world, running)).status, 'CANCELLED')
    const again = await millrace('replay', 'cancel', running.id, ...place)
    assert.deepEqual([again.code, again.err], [1, `Replay ${running.id} has ended: it is CANCELLED.\n`])
  })

  it('says what is wrong with what it is told', async () => {
    const id = randomUUID()
    const cases: [readonly string[], RegExp][] = [
      [['cancel', id, ...place], /There is no replay/],
      [['cancel', 'x', ...place], /replayId is "x", which is no id/],
      [['list', '--project', 'x', '--workflow', id], /--project is "x", which is no id/],
      [['start', ...place, '--from', 'yesterday'], /--from is "yesterday", which is no ISO 8601 time/],
      [['start', ...place, '--from', '2020-01-01', '--rate', '0'], /--rate is "0", which is no whole number/],
      [['start', ...place], /required option '--from/],
      [['start', ...place, '--from', '2020-01-01', '--to', '2019-01-01'], /range of time/],
      [
        ['start', '--project', world.projectId, '--workflow', id, '--from', '2020-01-01'],
        /There is no such workflow/,
      ],
    ]
    for (const [args, words] of cases) {
      const { code, err } = await millrace('replay', ...args)
      assert.equal(code, 1)
      assert.match(err, words)
    }
  })
})
