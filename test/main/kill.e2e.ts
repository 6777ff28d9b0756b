import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPublisher, type OutsideEvent } from '../../scripts/demo/publisher.js'
import { makeWorkflow } from '../../scripts/workflows.js'
import type { ExecutionDocument } from '../../src/store/mongo/executionDocument.js'
import { until } from '../support/engineWorld.js'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

const COUNT = 2_000
const STEPS = ['Trigger', 'Is pro?', 'Mark', 'Pause', 'Click?', 'Done']

/** From the documents alone: each ended, went each step once and in order, and every transition is counted. */
function assertOnce(documents: readonly ExecutionDocument[]): void {
  assert.equal(documents.length, COUNT)
  const stuck = documents.filter(({ status }) => status !== 'COMPLETED')
  assert.deepEqual(
    stuck.map(({ status, kind }) => [status, kind]),
    [],
  )
  const doubled = documents.filter(
    ({ history }) => new Set(history.map((one) => one.key)).size < history.length,
  )
  assert.deepEqual(doubled, [])
  for (const { history, seq } of documents) {
    assert.deepEqual(history.map(({ name }) => name).slice(1), STEPS.slice(1))
    // The condition is decided at the start and the exit with the wait. A DELAY that began late enough is left at
    // once, and so is a wait whose event is there.
    assert.ok(seq >= 3 && seq <= 5, `seq ${seq}`)
  }
}

describe('a process that is killed in the middle of 2,000 executions', () => {
  let stage: LiveStage
  before(async () => {
    stage = await openLiveStage({
      SESSION_TIMEOUT_MS: '10000',
      SWEEP_EVERY_MS: '500',
      SWEEP_GRACE_MS: '2000',
    })
  })
  after(() => stage.close())

  const executions = () => stage.database.db.collection<ExecutionDocument>('executions')

  it('finds every one of them completed once after it was started again', async function () {
    this.timeout(240_000)
    const first = await stage.start()
    await makeWorkflow(first.api, {
      name: 'All that waits and moves',
      eventName: 'signed_up',
      steps: {
        'Is pro?': {
          type: 'CONDITION',
          config: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
        },
        Mark: { type: 'UPDATE_CONTACT', config: { data: { stage: 'seen' } } },
        Pause: { type: 'DELAY', config: { amount: 1, unit: 'seconds' } },
        'Click?': { type: 'WAIT_FOR_EVENT', config: { eventName: 'clicked', timeout: 2, since: 'start' } },
        Done: { type: 'EXIT', config: {} },
      },
      arrows: [
        ['trigger', 'Is pro?'],
        ['Is pro?', 'Mark', 'yes'],
        ['Is pro?', 'Mark', 'no'],
        ['Mark', 'Pause'],
        ['Pause', 'Click?'],
        ['Click?', 'Done'],
      ],
    })
    const { id: projectId } = await first.api.get<{ id: string }>('/project')
    const publisher = await createPublisher(stage.brokers, `${stage.prefix}contact-events`)
    const event = (name: string, n: number): OutsideEvent => ({
      eventId: randomUUID(),
      projectId,
      name,
      email: `contact-${n}@example.com`,
      data: { plan: n % 2 === 0 ? 'free' : 'pro' },
    })
    const all = Array.from({ length: COUNT }, (_, n) => n)
    const publishing = publisher.publish(all.map((n) => event('signed_up', n)))
    await until('half have started', async () => (await executions().countDocuments()) >= COUNT / 2, 60_000)
    first.signal('SIGKILL')
    await first.exited
    const second = await stage.start()
    await publishing
    await publisher.publish(all.filter((n) => n % 3 === 0).map((n) => event('clicked', n)))
    await until(
      'all have ended',
      async () => (await executions().countDocuments({ status: 'COMPLETED' })) === COUNT,
      120_000,
    )
    await publisher.close()
    assertOnce(await executions().find().toArray())
    second.signal('SIGTERM')
    assert.equal(await second.exited, 0)
  })
})
