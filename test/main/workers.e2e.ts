import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPublisher, type Publisher } from '../../scripts/demo/publisher.js'
import { makeWorkflow } from '../../scripts/workflows.js'
import type { ExecutionDocument } from '../../src/store/mongo/executionDocument.js'
import { until } from '../support/engineWorld.js'
import { type LiveProcess, type LiveStage, openLiveStage } from '../support/liveStage.js'

const COUNT = 150
const DELAY_MS = 1_000

/** A process whose own clock is wrong by so much, from its first moment on. */
function skewedBy(ms: number): Readonly<Record<string, string>> {
  const code = `
    const real = Date, shown = () => real.now() + ${ms}
    globalThis.Date = class Date extends real {
      constructor(...parts) { parts.length === 0 ? super(shown()) : super(...parts) }
      static now() { return shown() }
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

describe('two workers with one database and one set of topics', () => {
  let stage: LiveStage
  let publisher: Publisher
  let projectId: string
  const workers: LiveProcess[] = []
  before(async function () {
    this.timeout(240_000)
    stage = await openLiveStage({
      SESSION_TIMEOUT_MS: '10000',
      SWEEP_EVERY_MS: '500',
      SWEEP_GRACE_MS: '3000',
    })
    for (const ms of [3_600_000, -3_600_000]) workers.push(await stage.start(skewedBy(ms)))
    publisher = await createPublisher(stage.brokers, `${stage.prefix}contact-events`)
    const api = workers[0]?.api
    assert.ok(api)
    projectId = (await api.get<{ id: string }>('/project')).id
    await makeWorkflow(api, {
      name: 'Pause and mark',
      eventName: 'signed_up',
      steps: {
        Pause: { type: 'DELAY', config: { amount: DELAY_MS / 1000, unit: 'seconds' } },
        Mark: { type: 'UPDATE_CONTACT', config: { data: { stage: 'seen' } } },
        Done: { type: 'EXIT', config: {} },
      },
      arrows: [
        ['trigger', 'Pause'],
        ['Pause', 'Mark'],
        ['Mark', 'Done'],
      ],
    })
  })
  after(async function () {
    this.timeout(120_000)
    await publisher.close()
    await stage.close()
  })

  const executions = () => stage.database.db.collection<ExecutionDocument>('executions')
  const publish = () =>
    publisher.publish(
      Array.from({ length: COUNT }, () => {
        const email = `${randomUUID()}@example.com`
        return { eventId: randomUUID(), projectId, name: 'signed_up', email, data: {} }
      }),
    )
  const allCompleted = (count: number) =>
    until(
      `${count} are completed`,
      async () => (await executions().countDocuments({ status: 'COMPLETED' })) === count,
      120_000,
    )
  const assertOnce = async (count: number) => {
    const documents = await executions().find().toArray()
    assert.equal(documents.length, count)
    for (const { history, seq } of documents) {
      assert.deepEqual(history.map(({ name }) => name).slice(1), ['Pause', 'Mark', 'Done'])
      // The exit is decided with the update before it; a DELAY that began late enough is left at once.
      assert.ok(seq === 2 || seq === 3, `seq ${seq}`)
    }
  }

  it('do not mind that their own clocks are two hours apart: no timer is early', async function () {
    this.timeout(240_000)
    const began = Date.now()
    await publish()
    await allCompleted(COUNT)
    for (const { startedAt, history } of await executions().find().toArray()) {
      assert.ok(startedAt.getTime() >= began - 1_000 && startedAt.getTime() <= Date.now() + 1_000)
      const left = history.find(({ name }) => name === 'Pause')?.at ?? new Date(0)
      assert.ok(left.getTime() - startedAt.getTime() >= DELAY_MS)
    }
    await assertOnce(COUNT)
  })

  it('finish everything, once, while one is stopped beyond its session, and after it goes on', async function () {
    this.timeout(300_000)
    const [first] = workers
    assert.ok(first)
    await publish()
    first.signal('SIGSTOP')
    await publish()
    await allCompleted(3 * COUNT)
    first.signal('SIGCONT')
    await publish()
    await allCompleted(4 * COUNT)
    await assertOnce(4 * COUNT)
    await first.ready()
  })
})
