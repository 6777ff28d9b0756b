import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cancelAllWork } from '../../src/api/executionJobs.js'
import { doJob, type JobWork, startJobRunner } from '../../src/api/jobs.js'
import { MillraceError } from '../../src/errors.js'
import type { ExecutionStore } from '../../src/store/ports/executions.js'
import type { JobStore } from '../../src/store/ports/jobs.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ExecutionId, WorkflowId } from '../../src/workflow/ids.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { type At, endedAs, givenExecution, movingAt, stored, waitingAt } from '../support/executions.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

const REASON = 'Cancelled by user (bulk cancel)'

describe('cancelling all executions of a workflow', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let at: At
  before(async () => {
    api = await startApi({ outbox })
  })
  beforeEach(async () => {
    project = await api.newProject()
    workflow = await newWorkflow(project)
    at = { stepId: await workflow.step({ autoConnect: true }), kind: 'DELAY' }
    await api.db.collection('jobs').deleteMany({})
  })
  after(() => api.close())
  const given = (state: Execution['state'], more: object = {}) =>
    givenExecution(api, project, workflow, { more: () => ({ state }), ...more })
  const cancelAll = (of = workflow) => project.call('POST', `${of.path}/executions/cancel-all`)
  const copies = async (execution: Execution, times: number) => {
    const ids = Array.from({ length: times }, () => randomUUID() as string as ExecutionId)
    await api.deps.executions.insert(ids.map((id) => ({ ...execution, id })))
  }
  const statuses = async () => {
    const states = await Promise.all(
      ['CANCELLED', 'WAITING,RUNNING,PENDING'].map((status) =>
        project.call('GET', `${workflow.path}/executions?status=${status}`),
      ),
    )
    return states.map((reply) => reply.at('total'))
  }

  it('ends what is active and nothing else', async () => {
    const lease = { token: 't', until: new Date('2030-01-01T00:00:00.000Z') }
    const active = [
      await given(movingAt(at, { status: 'PENDING' })),
      await given(movingAt(at)),
      await given(movingAt(at, { lease, dueAt: lease.until })),
      await given(waitingAt(at, { dueAt: lease.until })),
    ]
    const done = await given(endedAs('COMPLETED'))
    const failed = await given(endedAs('FAILED'))
    const sibling = await newWorkflow(project)
    await sibling.step({ autoConnect: true })
    const other = await givenExecution(api, project, sibling)
    const reply = await cancelAll()
    assert.deepEqual([reply.status, reply.body], [200, { cancelled: 4 }])
    for (const one of active) {
      const { state } = await stored(api, one)
      assert.deepEqual(
        [state.status, 'exitReason' in state && state.exitReason, state.currentStepId],
        ['CANCELLED', REASON, at.stepId],
      )
    }
    for (const one of [done, failed, other]) assert.equal((await stored(api, one)).seq, one.seq)
    assert.deepEqual((await cancelAll()).body, { cancelled: 0 })
  })

  it('leaves alone what started later', async () => {
    await given(movingAt(at))
    const later = await given(movingAt(at), { startedAt: new Date(Date.now() + 60_000) })
    assert.deepEqual((await cancelAll()).body, { cancelled: 1 })
    assert.equal((await stored(api, later)).state.status, 'RUNNING')
  })

  it('takes many in chunks', async () => {
    await copies(await given(waitingAt(at)), 2_499)
    assert.deepEqual((await cancelAll()).body, { cancelled: 2_500 })
    assert.deepEqual(await statuses(), [2_500, 0])
  })

  it('answers although Kafka is away; the documents keep what they owe', async () => {
    const execution = await given(movingAt(at))
    const send = outbox.send
    const away = async () => {
      throw new MillraceError('BROKER_AWAY', 'Kafka is away')
    }
    Object.assign(outbox, { send: away })
    const reply = await cancelAll()
    Object.assign(outbox, { send })
    assert.deepEqual(reply.body, { cancelled: 1 })
    assert.deepEqual((await stored(api, execution)).owed, [{ kind: 'fact' }])
  })

  it('goes on elsewhere when the process ends in the middle', async () => {
    await copies(await given(waitingAt(at)), 2_499)
    const chunks = dyingAfter(api.deps.executions, 1)
    const job = { kind: 'cancelAll', projectId: project.id, workflowId: workflow.id as WorkflowId } as const
    await doJob(api.deps, job, cancelAllWork({ ...api.deps, executions: chunks })).then(
      () => assert.fail('it should have died'),
      (error: Error) => assert.equal(error.message, 'the process has ended'),
    )
    assert.deepEqual(await statuses(), [1_000, 1_500])
    const later = await given(movingAt(at), { startedAt: new Date(Date.now() + 60_000) })
    const runner = runnerAt(0)
    await runner.takeOver()
    assert.deepEqual(await statuses(), [1_000, 1_501], 'the lease still stands')
    await runnerAt(31_000).takeOver()
    assert.deepEqual(await statuses(), [2_500, 1])
    assert.equal((await stored(api, later)).seq, later.seq)
    const [finished] = await api.db.collection('jobs').find().toArray()
    assert.deepEqual(
      [finished?.['count'], finished?.['dueAt'], finished?.['token']],
      [2_500, undefined, null],
    )
  })

  it('is given back when the process stops in good order, and stops at once', async () => {
    await copies(await given(waitingAt(at)), 1_499)
    const jobs: JobStore = {
      ...api.deps.jobs,
      advance: async (id, lease, done) => {
        await runner.stop()
        return api.deps.jobs.advance(id, lease, done)
      },
    }
    await interrupted()
    const runner = runnerAt(31_000, jobs)
    await runner.takeOver()
    assert.deepEqual(await statuses(), [1_000, 500])
    await runnerAt(31_000).takeOver()
    assert.deepEqual(await statuses(), [1_500, 0])
  })

  /** A job whose process ended before its first chunk. */
  const interrupted = async () => {
    const job = { kind: 'cancelAll', projectId: project.id, workflowId: workflow.id as WorkflowId } as const
    const die: JobWork = () => Promise.reject(new Error('the process has ended'))
    await assert.rejects(doJob(api.deps, job, die))
  }

  /** Another process, so much later. */
  const runnerAt = (laterMs: number, jobs: JobStore = api.deps.jobs) => {
    const unused: JobWork = () => assert.fail('there is no such job')
    return startJobRunner({
      ...api.deps,
      jobs,
      clock: { now: () => new Date(api.deps.clock.now().getTime() + laterMs) },
      scheduler: { after: () => () => undefined },
      works: { cancelAll: cancelAllWork(api.deps), migrate: unused, eraseWorkflow: unused },
    })
  }

  it('is not found for an unknown workflow, and takes no fields', async () => {
    const reply = await cancelAll({ ...workflow, path: `/workflows/${randomUUID()}` })
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
    const body = { status: 'RUNNING' }
    assert.equal((await project.call('POST', `${workflow.path}/executions/cancel-all`, { body })).status, 422)
  })
})

/** A store of a process that ends after so many writes. */
function dyingAfter(store: ExecutionStore, writes: number): ExecutionStore {
  let left = writes
  return {
    ...store,
    transition: (groups, by) => {
      left -= 1
      return left < 0 ? Promise.reject(new Error('the process has ended')) : store.transition(groups, by)
    },
  }
}
