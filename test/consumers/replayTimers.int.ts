import assert from 'node:assert/strict'
import { type ReplayRole, startReplayRole } from '../../src/replayRole.js'
import type { Execution } from '../../src/workflow/execution.js'
import { allHandled } from '../support/allHandled.js'
import { type EngineWorld, openEngineWorld, type Plan, until } from '../support/engineWorld.js'
import { ask, ended, wish } from '../support/replays.js'
import { withAdmin } from '../support/topicTools.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** When everybody bought: the broker's time, by the hour. */
const BOUGHT_AT = new Date(Math.floor((Date.now() - 5 * DAY) / HOUR) * HOUR)
/** Broker and database tell the same time, but not to the millisecond. */
const NEAR_MS = 5_000

/** A day, then two days for the click, and a month behind either. */
const PLAN: Plan = {
  eventName: 'bought',
  steps: [
    ['day', 'DELAY', { amount: 1, unit: 'days' }],
    ['wait', 'WAIT_FOR_EVENT', { eventName: 'clicked', timeout: (2 * DAY) / 1_000 }],
    ['clicked', 'DELAY', { amount: 30, unit: 'days' }],
    ['silent', 'DELAY', { amount: 1, unit: 'hours' }],
    ['bye', 'EXIT', { reason: 'silent' }],
  ],
  arrows: [
    ['trigger', 'day'],
    ['day', 'wait'],
    ['wait', 'clicked', { branch: 'event' }],
    ['wait', 'silent', { branch: 'timeout' }],
    ['silent', 'bye'],
  ],
}

/** Days after buying when they clicked, and when the wait was over by that; null: never, and by its deadline. */
const PEOPLE = {
  inTime: [1.5, 1.5],
  whileDelayed: [0.5, 1],
  tooLate: [3.5, null],
  never: [null, null],
} as const

describe('a replay whose due times count from the event', () => {
  let world: EngineWorld
  let role: ReplayRole
  const lateMs: number[] = []
  before(async function () {
    this.timeout(120_000)
    world = await openEngineWorld({ ALLOW_CREATE_TIME: 'true' })
    world.announcer.on('timers.timed', ({ ms }) => lateMs.push(...ms))
    await takeTimesOfProducers()
    await world.startEngine()
    role = await startReplayRole(world.config, world.connections, world.announcer)
    await publishPast()
  })
  after(async function () {
    this.timeout(60_000)
    await role.stop()
    await world.close()
  })

  /** From now on a message's time is what its producer says: so there can be a past. */
  async function takeTimesOfProducers(): Promise<void> {
    const configEntries = [
      { name: 'message.timestamp.type', value: 'CreateTime' },
      { name: 'retention.ms', value: '-1' },
    ]
    const topic = { type: 2, name: world.inputTopic, configEntries }
    await withAdmin(world.connections, (admin) =>
      admin.alterConfigs({ validateOnly: false, resources: [topic] }),
    )
  }

  async function publishPast(): Promise<void> {
    const events = Object.entries(PEOPLE).flatMap(([who, [clicked]]) => [
      messageOf(who, 'bought', 0),
      ...(clicked === null ? [] : [messageOf(who, 'clicked', clicked)]),
    ])
    const producer = world.connections.kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    await producer.send({ topic: world.inputTopic, acks: -1, messages: events })
    await producer.disconnect()
    await allHandled(world.inputTopic)
  }

  function messageOf(who: string, name: string, days: number) {
    const email = `${who.toLowerCase()}@example.com`
    const { projectId } = world
    const value = JSON.stringify({ projectId, name, email, eventId: `${who}-${name}`, data: {} })
    return { key: email, value, timestamp: String(BOUGHT_AT.getTime() + days * DAY) }
  }

  const daysAfter = (days: number) => new Date(BOUGHT_AT.getTime() + days * DAY)
  const near = (actual: Date | null | undefined, expected: Date, what: string) =>
    assert.ok(actual && Math.abs(actual.getTime() - expected.getTime()) < NEAR_MS, `${what}: ${actual}`)
  const ofWhom = (all: readonly Execution[], who: string) =>
    all.find(({ origin }) => origin[1] === `${who}-bought`) as Execution

  /** They have passed the wait, and the silent have ended. */
  const isAtRest = ({ state, history }: Execution) =>
    history.length > 2 && (state.status === 'WAITING' || state.status === 'COMPLETED')

  it('takes what is past at once, by what was recorded, and waits for what is not', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const replay = await ended(world, await ask(world, workflow, wish({ timers: 'fromEvent' })))
    assert.deepEqual([replay.status, replay.counts.started], ['COMPLETED', 4])
    await until('all are at rest', async () => (await world.executions(workflow)).every(isAtRest))
    const all = await world.executions(workflow)
    for (const [who, [, answered]] of Object.entries(PEOPLE)) {
      const execution = ofWhom(all, who)
      if (answered === null) checkSilent(who, execution)
      else checkPending(who, execution, answered)
    }
    assert.ok(lateMs.length >= 2)
    assert.ok(Math.max(...lateMs) < DAY, 'nobody counts the past as lateness')
  })

  function checkPast(who: string, { history, startedAt }: Execution, waited: number, branch: string): void {
    near(history[0]?.asOf, BOUGHT_AT, `${who} bought`)
    near(history[1]?.asOf, daysAfter(1), `${who}'s day was over`)
    near(history[2]?.asOf, daysAfter(waited), `${who}'s wait was over`)
    assert.equal(history[2]?.branch, branch, who)
    assert.ok(history.every(({ at }) => at >= startedAt))
  }

  /** Only the wait stood still: a delay that had stood still would have used one transition more. */
  function checkSilent(who: string, execution: Execution): void {
    checkPast(who, execution, 3, 'timeout')
    const { state, seq, history } = execution
    assert.deepEqual([state.status, seq], ['COMPLETED', 4], who)
    near(history[3]?.asOf, new Date(daysAfter(3).getTime() + HOUR), `${who}'s hour was over`)
  }

  function checkPending(who: string, execution: Execution, waited: number): void {
    checkPast(who, execution, waited, 'event')
    const { state, seq } = execution
    assert.deepEqual([state.status, seq], ['WAITING', 4], who)
    near('dueAt' in state ? state.dueAt : null, daysAfter(waited + 30), `${who} is due`)
  }

  it('counts from now where it is not asked to', async function () {
    this.timeout(120_000)
    const workflow = await world.given(PLAN)
    const replay = await ended(world, await ask(world, workflow, wish()))
    assert.equal(replay.counts.started, 4)
    await until('all wait', async () =>
      (await world.executions(workflow)).every(({ state }) => state.status === 'WAITING'),
    )
    for (const { state, startedAt, history } of await world.executions(workflow)) {
      near('dueAt' in state ? state.dueAt : null, new Date(startedAt.getTime() + DAY), 'a day')
      assert.ok(history.every((entry) => !('asOf' in entry)))
    }
  })
})
