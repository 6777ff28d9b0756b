import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Execution } from '../../src/workflow/execution.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import {
  type At,
  endedAs,
  entryOf,
  givenExecution,
  movingAt,
  stored,
  waitingAt,
} from '../support/executions.js'
import { faultsOf } from '../support/http.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('migrating executions to the newest version', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let first: At
  let second: At
  before(async () => {
    api = await startApi({ outbox })
  })
  beforeEach(async () => {
    project = await api.newProject()
    workflow = await newWorkflow(project)
    first = { stepId: await workflow.step({ autoConnect: true }), kind: 'DELAY' }
    second = { stepId: await workflow.step({ autoConnect: true }), kind: 'DELAY' }
  })
  after(() => api.close())
  const given = (state: Execution['state'], more: Partial<Execution> = {}) =>
    givenExecution(api, project, workflow, { more: () => ({ state, ...more }) })
  const migrate = (body?: unknown) =>
    project.call('POST', `${workflow.path}/executions/migrate`, body === undefined ? {} : { body })
  /** A new version with the same steps. */
  const edit = async () => {
    const config = { amount: 2, unit: 'hours' }
    const body = { config: { ...config, amount: Math.ceil(Math.random() * 1_000) + 2 } }
    await project.call('PATCH', `${workflow.path}/steps/${second.stepId}`, { body })
    return Number((await workflow.read()).at('version'))
  }
  const dueAt = new Date('2030-01-01T00:00:00.000Z')

  it('moves what is active, where it stands', async () => {
    const wait = { names: ['clicked'], since: 'start', checked: false } as const
    const hold = { reason: 'retry', key: null, since: dueAt } as const
    const states = [
      movingAt(first, { status: 'PENDING' }),
      movingAt(second, { tries: 2 }),
      waitingAt(first, { dueAt }),
      waitingAt(first, { dueAt, wait }),
      waitingAt(first, { wait: { ...wait, checked: true } }),
      waitingAt(second, { dueAt, hold, tries: 3 }),
    ]
    const made = await Promise.all(states.map((state) => given(state)))
    const done = await given(endedAs('COMPLETED'))
    const version = await edit()
    const reply = await migrate()
    assert.deepEqual([reply.status, reply.body], [200, { migrated: 6, kept: [] }])
    for (const one of made) {
      const now = await stored(api, one)
      assert.deepEqual([now.state, now.workflowVersion, now.seq], [one.state, version, one.seq + 1])
      assert.deepEqual([now.history, now.context], [one.history, one.context])
    }
    assert.equal((await stored(api, done)).workflowVersion, done.workflowVersion)
    const name: unknown = `${workflow.id}:${version}`
    assert.equal(await api.db.collection('workflowVersions').countDocuments({ _id: name as never }), 1)
    assert.deepEqual((await migrate({})).body, { migrated: 0, kept: [] })
  })

  it('sends what the moved ones stand for', async () => {
    const moving = await given(movingAt(first))
    const waiting = await given(waitingAt(first, { dueAt }))
    const version = await edit()
    await migrate()
    for (;;) if ((await stored(api, waiting)).owed.length === 0) break
    const [due] = outbox.sent.steps.filter(({ executionId }) => executionId === moving.id)
    assert.deepEqual([due?.workflowVersion, due?.seq], [version, moving.seq + 1])
    const [timer] = outbox.sent.timers.filter(({ executionId }) => executionId === waiting.id)
    assert.deepEqual([timer?.dueAt, timer?.seq], [dueAt, waiting.seq + 1])
  })

  it('keeps what cannot move, and says why', async () => {
    const lease = { token: 't', until: dueAt }
    const inCall = await given(movingAt(second, { lease, dueAt }))
    const removed = await given(waitingAt(first, { dueAt }))
    const passed = await givenExecution(api, project, workflow, {
      more: ({ history }) => ({
        state: waitingAt(second, { dueAt }),
        history: [...history, entryOf({ stepId: 'gone', kind: 'EXIT' })],
      }),
    })
    await project.call('DELETE', `${workflow.path}/steps/${first.stepId}`)
    const reply = await migrate()
    assert.equal(reply.at('migrated'), 1)
    assert.deepEqual(
      new Map(
        (reply.at('kept') as { executionId: string; reason: string }[]).map((one) => [
          one.executionId,
          one.reason,
        ]),
      ),
      new Map([
        [inCall.id as string, 'call_in_progress'],
        [removed.id as string, 'step_removed'],
      ]),
    )
    for (const one of [inCall, removed]) assert.equal((await stored(api, one)).seq, one.seq)
    assert.equal((await stored(api, passed)).seq, passed.seq + 1)
  })

  it('keeps what would pass a step twice', async () => {
    const execution = await givenExecution(api, project, workflow, {
      more: ({ history }) => ({ state: waitingAt(second, { dueAt }), history: [...history, entryOf(first)] }),
    })
    const { transitions } = (await workflow.read()).body as { transitions: { id: string }[] }
    for (const { id } of transitions) await project.call('DELETE', `${workflow.path}/transitions/${id}`)
    await workflow.connect(workflow.triggerId, second.stepId)
    await workflow.connect(second.stepId, first.stepId)
    const kept = [{ executionId: execution.id, reason: 'passed_step_ahead' }]
    assert.deepEqual((await migrate()).body, { migrated: 0, kept })
  })

  it('moves only those that are named', async () => {
    const [one, two] = [await given(movingAt(first)), await given(movingAt(first))]
    const ended = await given(endedAs('CANCELLED'))
    await edit()
    assert.deepEqual((await migrate({ executionIds: [] })).body, { migrated: 0, kept: [] })
    const named = { executionIds: [one.id, one.id.toUpperCase(), ended.id] }
    assert.deepEqual((await migrate(named)).body, { migrated: 1, kept: [] })
    assert.equal((await stored(api, two)).seq, two.seq)
  })

  it('moves none when one that is named is not there', async () => {
    const one = await given(movingAt(first))
    const sibling = await newWorkflow(project)
    await sibling.step({ autoConnect: true })
    const theirs = await givenExecution(api, project, sibling)
    await edit()
    for (const stranger of [randomUUID(), theirs.id]) {
      const reply = await migrate({ executionIds: [one.id, stranger] })
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'EXECUTION_NOT_FOUND'])
    }
    assert.equal((await stored(api, one)).seq, one.seq)
  })

  it('goes through more than a chunk', async () => {
    const execution = await given(waitingAt(first, { dueAt }))
    const more = Array.from({ length: 1_499 }, (_, n) => ({
      ...execution,
      id: randomUUID() as string as Execution['id'],
      startedAt: new Date(execution.startedAt.getTime() - (n % 3)),
    }))
    await api.deps.executions.insert(more)
    await edit()
    assert.deepEqual((await migrate()).body, { migrated: 1_500, kept: [] })
  })

  for (const [what, body, field] of [
    ['ids that are none', { executionIds: ['x'] }, 'executionIds[0]'],
    ['ids that are no list', { executionIds: 'x' }, 'executionIds'],
    ['an unknown field', { ids: [] }, 'ids'],
    ['a list', [], 'body'],
  ] as const)
    it(`refuses ${what}`, async () => {
      const reply = await migrate(body)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply))], [422, [field]])
    })
})
