import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Topic } from '../../src/topology.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { produce, withAdmin } from '../support/topicTools.js'

/** CONDITION, DELAY, WAIT_FOR_EVENT with a timeout, UPDATE_CONTACT, EXIT. */
const everyPureKind = (world: EngineWorld): Promise<Workflow> =>
  world.given({
    eventName: `start-${randomUUID()}`,
    steps: [
      ['first', 'CONDITION', { field: 'contact.email', operator: 'exists' }],
      ['pause', 'DELAY', { amount: 0.5, unit: 'seconds' }],
      ['wait', 'WAIT_FOR_EVENT', { eventName: 'never', timeout: 0.5 }],
      ['mark', 'UPDATE_CONTACT', { data: { seen: 'yes' } }],
      ['done', 'EXIT', {}],
    ],
    arrows: [
      ['trigger', 'first'],
      ['first', 'pause', { branch: 'yes' }],
      ['pause', 'wait'],
      ['wait', 'mark', { branch: 'timeout' }],
      ['mark', 'done'],
    ],
  })

/** Every step once, first and last chained; a DELAY that began late enough is left at once, else it is two transitions. */
function assertWhole(executions: readonly Execution[]): void {
  for (const { state, seq, history } of executions) {
    assert.equal(state.status, 'COMPLETED')
    assert.ok(seq === 4 || seq === 5, `${seq}`)
    assert.deepEqual(
      history.map(({ key }) => key),
      ['trigger', 'first', 'pause', 'wait', 'mark', 'done'],
    )
  }
}

const FAST_SWEEP = { PARTITIONS: '6', SWEEP_EVERY_MS: '300', SWEEP_GRACE_MS: '1500' }

describe('topics that change while everything runs', () => {
  let world: EngineWorld
  beforeEach(async function () {
    this.timeout(60_000)
    world = await openEngineWorld(FAST_SWEEP)
  })
  afterEach(async function () {
    this.timeout(60_000)
    await world.close()
  })

  const publish = (workflow: Workflow, count: number, from = 0) =>
    world.publish(
      Array.from({ length: count }, (_, n) => ({
        name: workflow.triggerConfig.eventName,
        email: `c${from + n}@example.com`,
      })),
    )
  const allEnded = (workflow: Workflow, count: number, withinMs: number) =>
    until(
      `${count} have ended`,
      async () => (await world.executions(workflow)).filter(({ state }) => isEnded(state)).length === count,
      withinMs,
    )

  it('may get more partitions: nobody is orphaned, and the new ones are read', async function () {
    this.timeout(120_000)
    await world.startEngine()
    const workflow = await everyPureKind(world)
    await publish(workflow, 150)
    const { topology } = world.connections
    await withAdmin(world.connections, (admin) =>
      admin.createPartitions({
        topicPartitions: topology.all.map(({ name }) => ({ topic: name, count: 12 })),
      }),
    )
    await publish(workflow, 150, 150)
    const event = (n: number) =>
      JSON.stringify({
        projectId: world.projectId,
        name: workflow.triggerConfig.eventName,
        email: `new${n}@example.com`,
        eventId: randomUUID(),
      })
    await withAdmin(world.connections, () =>
      until('the new partitions take messages', async () => {
        const messages = [6, 7, 8, 9, 10, 11].map((partition) => ({ value: event(partition), partition }))
        return produce(world.connections, world.inputTopic, messages).then(
          () => true,
          () => false,
        )
      }),
    )
    await allEnded(workflow, 306, 60_000)
    assertWhole(await world.executions(workflow))
  })

  const doomed = (): readonly Topic[] => {
    const { steps, timers, executions } = world.connections.topology
    return [...Object.values(steps), timers, executions]
  }
  const remove = () =>
    withAdmin(world.connections, async (admin) => {
      await admin.deleteTopics({ topics: doomed().map(({ name }) => name) })
      await until('they are gone', async () => {
        const there = new Set(await admin.listTopics())
        return doomed().every(({ name }) => !there.has(name))
      })
    })
  const makeAgain = () =>
    withAdmin(world.connections, (admin) =>
      admin.createTopics({
        waitForLeaders: false,
        topics: doomed().map(({ name }) => ({
          topic: name,
          numPartitions: 6,
          replicationFactor: 1,
          configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
        })),
      }),
    )
  /** 200 executions are under way when the topics go. */
  const removedUnderWay = async () => {
    const workflow = await everyPureKind(world)
    const first = await world.startEngine()
    await publish(workflow, 200)
    await until('some are under way', async () => (await world.executions(workflow)).length === 200)
    await remove()
    return { workflow, first }
  }
  const crashes = () => world.announced.filter(({ where }) => where === 'crash')

  it('may be deleted and made again, all but the input: the sweeper finishes the work', async function () {
    this.timeout(120_000)
    const { workflow, first } = await removedUnderWay()
    await makeAgain()
    await until(
      'all have ended, or the process would have been started again',
      async () =>
        crashes().length > 0 || (await world.executions(workflow)).every(({ state }) => isEnded(state)),
      60_000,
    )
    if (crashes().length > 0) {
      await first.stop()
      await world.startEngine()
    }
    await allEnded(workflow, 200, 60_000)
    assertWhole(await world.executions(workflow))
  })

  it('are gone for good: the process asks for its end, and the next one finishes the work', async function () {
    this.timeout(300_000)
    const { workflow, first } = await removedUnderWay()
    await until('it asks for its end', () => crashes().length > 0, 150_000)
    assert.match(String(crashes()[0]?.error), /does not know a topic/)
    await first.stop()
    await makeAgain()
    await world.startEngine()
    await allEnded(workflow, 200, 60_000)
    assertWhole(await world.executions(workflow))
  })
})
