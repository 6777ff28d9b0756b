import assert from 'node:assert/strict'
import { cancel } from '../../src/engine/cancel.js'
import { MillraceError } from '../../src/errors.js'
import { applyChanges } from '../../src/store/applyChanges.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { endedOnes, entryOf, type Received, type WebhookSink, webhookSink } from '../support/effectWorld.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

describe('WEBHOOK calls that are overtaken', function () {
  this.timeout(60_000)
  let world: EngineWorld
  let sink: WebhookSink
  const dropped: string[] = []

  before(async () => {
    // The test answers.
    sink = await webhookSink(() => undefined)
    world = await openEngineWorld({ WEBHOOK_ALLOW: sink.pair, RETRY_BASE_MS: '40' })
    world.announcer.on('messages.dropped', ({ reason }) => dropped.push(reason))
    await world.startEngine()
  })
  beforeEach(() => {
    sink.received.length = 0
    dropped.length = 0
  })
  after(async () => {
    await world.close()
    await sink.close()
  })

  /** An execution whose call is under way, and the request that came. */
  async function calling(name: string): Promise<{ workflow: Workflow; request: Received }> {
    const workflow = await world.given({
      eventName: name,
      steps: [
        ['hook', 'WEBHOOK', { url: sink.url, timeoutSeconds: 20 }],
        ['after', 'EXIT', { reason: 'went on' }],
      ],
      arrows: [
        ['trigger', 'hook'],
        ['hook', 'after'],
      ],
    })
    await world.publish([{ name, email: 'ada@example.com' }])
    await until('the call came', () => sink.received.length > 0)
    const [request] = sink.received
    assert.ok(request !== undefined)
    return { workflow, request }
  }

  async function only(workflow: Workflow): Promise<Execution> {
    const [execution] = await world.executions(workflow)
    assert.ok(execution !== undefined)
    return execution
  }

  for (const [status, noted] of [
    [200, 'COMPLETED'],
    [503, 'COMPLETED'],
  ] as const)
    it(`finishes a call of a cancelled execution and only notes its ${status}`, async () => {
      const { workflow, request } = await calling(`cancelled at ${status}`)
      const { stores, clock } = world.connections
      const execution = await only(workflow)
      const change = cancel(execution, 'Cancelled by user', clock.now())
      assert.ok(change !== null)
      const moved = await applyChanges(
        { executions: stores.executions, clock },
        [{ execution, change }],
        'test',
      )
      assert.equal(moved.length, 1)
      request.answer(status, { late: true })
      await until('the result is noted', async () => entryOf(await only(workflow), 'hook') !== undefined)
      const after = await only(workflow)
      assert.equal(after.state.status, 'CANCELLED')
      assert.equal(after.seq, execution.seq + 1)
      const hook = entryOf(after, 'hook')
      assert.equal(hook?.status, noted)
      assert.deepEqual(hook.output, {
        statusCode: status,
        success: status === 200,
        response: { late: true },
        ...(status === 200 ? {} : { error: 'answered 503' }),
      })
      assert.equal(entryOf(after, 'after'), undefined)
      assert.equal(sink.received.length, 1)
    })

  it('takes over when the lease ends, under the same identity, and discards the late result', async () => {
    const { workflow, request } = await calling('taken over')
    // As if the process that made the call had died and its lease were over.
    const past = new Date(world.connections.clock.now().getTime() - 1)
    await world.database.db
      .collection('executions')
      .updateMany(
        { 'lease.token': { $exists: true } },
        { $set: { 'lease.token': 'of a dead process', 'lease.until': past, dueAt: past } },
      )
    await until('the second call came', () => sink.received.length === 2)
    const second = sink.received[1]
    assert.equal(second?.headers['webhook-id'], request.headers['webhook-id'])
    request.answer(200, { from: 'the first' })
    await until('the late result is discarded', () => dropped.includes('late_result'))
    assert.equal(entryOf(await only(workflow), 'hook'), undefined)
    second?.answer(200, { from: 'the second' })
    const [execution] = await endedOnes(world, workflow)
    const hook = entryOf(execution, 'hook')
    assert.equal(hook?.attempts, 2)
    assert.deepEqual(hook.output, { statusCode: 200, success: true, response: { from: 'the second' } })
  })

  it('records a result once the database answers again', async () => {
    const { workflow, request } = await calling('database away')
    const { executions } = world.connections.stores
    const { transition } = executions
    let refused = 0
    Object.assign(executions, {
      transition: async (...args: Parameters<typeof transition>) => {
        if (refused++ < 2) throw new MillraceError('DATABASE_AWAY', 'MongoDB does not answer')
        return transition(...args)
      },
    })
    request.answer(200, { kept: true })
    const [execution] = await endedOnes(world, workflow)
    Object.assign(executions, { transition })
    assert.ok(refused > 2)
    assert.equal(sink.received.length, 1)
    assert.deepEqual(entryOf(execution, 'hook')?.output, {
      statusCode: 200,
      success: true,
      response: { kept: true },
    })
  })
})
