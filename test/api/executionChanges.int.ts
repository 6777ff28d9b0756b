import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { applyChanges } from '../../src/store/applyChanges.js'
import type { Execution } from '../../src/workflow/execution.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import {
  type At,
  EXECUTION_FIELDS,
  endedAs,
  entryOf,
  failedAt,
  givenExecution,
  movingAt,
  stored,
  waitingAt,
} from '../support/executions.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('an execution over HTTP', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let at: At
  before(async () => {
    api = await startApi({ outbox })
    project = await api.newProject()
    workflow = await newWorkflow(project)
    at = { stepId: await workflow.step({ autoConnect: true }), kind: 'DELAY' }
  })
  after(() => api.close())
  const given = (more: Partial<Execution>) => givenExecution(api, project, workflow, { more: () => more })
  const pathOf = ({ id }: Pick<Execution, 'id'>) => `${workflow.path}/executions/${id}`
  const cancel = (execution: Execution) => project.call('DELETE', pathOf(execution))
  const retry = (execution: Execution) => project.call('POST', `${pathOf(execution)}/retry`)
  /** Sending is not waited for. */
  const settled = async (execution: Execution) => {
    for (;;) {
      const now = await stored(api, execution)
      if (now.owed.length === 0) return now
    }
  }
  const lease = { token: 'a-call', until: new Date('2030-01-01T00:00:00.000Z') }

  const active: [string, () => Partial<Execution>][] = [
    ['about to begin', () => ({ state: movingAt(at, { status: 'PENDING' }) })],
    ['running', () => ({ state: movingAt(at) })],
    ['waiting', () => ({ state: waitingAt(at, { dueAt: lease.until }) })],
    [
      'waiting for ever',
      () => ({ state: waitingAt(at, { wait: { names: ['x'], since: 'step', checked: true } }) }),
    ],
    ['in a call', () => ({ state: movingAt(at, { lease, dueAt: lease.until, tries: 1 }) })],
  ]
  for (const [what, make] of active)
    it(`is cancelled while it is ${what}`, async () => {
      const execution = await given(make())
      const reply = await cancel(execution)
      const body = reply.body as Record<string, unknown>
      assert.deepEqual([reply.status, Object.keys(body).sort()], [200, EXECUTION_FIELDS])
      const { id, status, exitReason, currentStepId, resumeAt, error } = body
      assert.deepEqual([id, status, exitReason], [execution.id, 'CANCELLED', 'Cancelled by user'])
      assert.deepEqual([currentStepId, resumeAt, error], [at.stepId, null, null])
      assert.ok(body['completedAt'])
      const now = await settled(execution)
      assert.deepEqual([now.seq, now.history.length], [execution.seq + 1, 1])
      assert.deepEqual(now.state.enteredAt, execution.state.enteredAt)
    })

  it('keeps the token of a call under way when it is cancelled, so that its result is noted', async () => {
    const execution = await given({ state: movingAt(at, { lease, dueAt: lease.until, tries: 1 }) })
    await cancel(execution)
    const noted = await api.deps.executions.noteLateResult(execution.id, lease.token, entryOf(at))
    assert.equal(noted, true)
    const { state, history } = await stored(api, execution)
    assert.deepEqual([state.status, history.length], ['CANCELLED', 2])
  })

  it('is cancelled once', async () => {
    const execution = await given({ state: movingAt(at) })
    const replies = await Promise.all(Array.from({ length: 5 }, () => cancel(execution)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409])
    for (const state of [endedAs('COMPLETED'), endedAs('CANCELLED'), endedAs('FAILED')]) {
      const reply = await cancel(await given({ state }))
      assert.deepEqual([reply.status, reply.at('error.code')], [409, 'CONFLICT'])
    }
  })

  it('is cancelled however fast the engine moves it', async () => {
    const execution = await given({ state: movingAt(at) })
    let moves = 0
    const engine = async () => {
      for (;;) {
        const now = await stored(api, execution)
        if (now.state.status === 'CANCELLED') return
        const change = {
          state: now.state,
          entries: [],
          context: null,
          owed: [],
          reopen: false,
          workflowVersion: null,
        }
        moves += (await applyChanges(api.deps, [{ execution: now, change }], randomUUID())).length
      }
    }
    const running = engine()
    const reply = await cancel(execution)
    await running
    assert.equal(reply.status, 200)
    assert.equal((await stored(api, execution)).seq, moves + 1)
  })

  it('goes on from the step that failed', async () => {
    const failed = entryOf(at, { status: 'FAILED', error: { code: 'X', message: 'x' }, attempts: 5 })
    const execution = await givenExecution(api, project, workflow, {
      more: ({ history }) => ({ state: failedAt(at), history: [...history, failed], touches: 3 }),
    })
    const reply = await retry(execution)
    const body = reply.body as Record<string, unknown>
    assert.deepEqual([reply.status, Object.keys(body).sort()], [200, EXECUTION_FIELDS])
    const { status, currentStepId, error, completedAt } = body
    assert.deepEqual([status, currentStepId, error, completedAt], ['RUNNING', at.stepId, null, null])
    const now = await stored(api, execution)
    assert.deepEqual(
      [now.history, now.seq, now.touches],
      [execution.history.slice(0, 1), execution.seq + 1, 0],
    )
    assert.deepEqual(now.state, movingAt({ ...at, since: execution.startedAt }))
    const [due] = outbox.sent.steps.filter(({ executionId }) => executionId === execution.id)
    assert.deepEqual([due?.stepId, due?.seq, due?.enteredAt], [at.stepId, now.seq, execution.startedAt])
    assert.equal((await retry(execution)).status, 409)
  })

  it('goes on although it left no entry when it failed', async () => {
    const execution = await given({ state: failedAt(at, 'NOT_HANDLED') })
    assert.equal((await retry(execution)).status, 200)
    const now = await stored(api, execution)
    assert.deepEqual(now.history, execution.history)
    assert.deepEqual([now.state.status, now.state.currentStepId], ['RUNNING', at.stepId])
  })

  it('goes on once', async () => {
    const execution = await given({ state: failedAt(at) })
    const replies = await Promise.all(Array.from({ length: 5 }, () => retry(execution)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409])
  })

  it('goes on only when it FAILED at a step', async () => {
    const states = [...active.map(([, make]) => make().state), endedAs('COMPLETED'), endedAs('CANCELLED')]
    for (const state of [...states, endedAs('FAILED')]) {
      const reply = await retry(await given(state === undefined ? {} : { state }))
      assert.deepEqual([reply.status, reply.at('error.code')], [409, 'CONFLICT'], state?.status)
    }
  })

  it('is neither cancelled nor retried under another workflow', async () => {
    const execution = await given({ state: failedAt(at) })
    const sibling = await newWorkflow(project)
    for (const [method, path] of [
      ['DELETE', `${sibling.path}/executions/${execution.id}`],
      ['POST', `${sibling.path}/executions/${execution.id}/retry`],
      ['DELETE', `${workflow.path}/executions/${randomUUID()}`],
      ['POST', `${workflow.path}/executions/nonsense/retry`],
    ] as const) {
      const reply = await project.call(method, path)
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'EXECUTION_NOT_FOUND'], path)
    }
    assert.equal((await stored(api, execution)).seq, execution.seq)
  })
})
