import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EXECUTION_STATUSES } from '../../src/workflow/execution.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import {
  EXECUTION_FIELDS,
  endedAs,
  givenExecution,
  movingAt,
  newContact,
  waitingAt,
} from '../support/executions.js'
import { faultsOf, type Reply } from '../support/http.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

const idsOf = (reply: Reply) => (reply.at('data') as { id: string }[]).map(({ id }) => id)

describe('the executions of a workflow', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let stepId: string
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
  })
  beforeEach(async () => {
    project = await api.newProject()
    workflow = await newWorkflow(project)
    stepId = await workflow.step({ autoConnect: true })
  })
  after(() => api.close())
  const list = (query = '') => project.call('GET', `${workflow.path}/executions${query}`)
  const stateOf = (status: string) => {
    const at = { stepId, kind: 'DELAY' } as const
    if (status === 'WAITING') return waitingAt(at, { dueAt: new Date('2030-01-01T00:00:00.000Z') })
    if (status === 'PENDING' || status === 'RUNNING') return movingAt(at, { status })
    return endedAs(status as 'COMPLETED')
  }
  const given = (status: string, more: object = {}) =>
    givenExecution(api, project, workflow, { more: () => ({ state: stateOf(status) }), ...more })

  it('are listed newest first, page by page', async () => {
    const made: string[] = []
    for (const n of [1, 2, 3, 4, 5]) made.unshift((await given('RUNNING', { startedAt: new Date(n) })).id)
    const first = await list('?pageSize=2')
    assert.deepEqual([first.status, idsOf(first)], [200, made.slice(0, 2)])
    assert.deepEqual(
      [first.at('total'), first.at('page'), first.at('pageSize'), first.at('totalPages')],
      [5, 1, 2, 3],
    )
    assert.deepEqual(idsOf(await list('?limit=2&page=3')), made.slice(4))
    assert.deepEqual(idsOf(await list('?page=4&pageSize=2')), [])
  })

  it('that started at the same time come each once', async () => {
    for (let n = 0; n < 7; n += 1) await given(n % 2 ? 'RUNNING' : 'COMPLETED', { startedAt: new Date(5) })
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(`?pageSize=2&page=${page}`)))
    assert.equal(new Set(pages.flatMap(idsOf)).size, 7)
  })

  it('show with whom they are about and where they stand', async () => {
    const contact = await newContact(project)
    const execution = await given('WAITING', { contact, context: { a: [1, null] } })
    const reply = await list()
    const row = reply.at('data.0') as Record<string, unknown>
    assert.deepEqual(Object.keys(row).sort(), [...EXECUTION_FIELDS, 'contact', 'currentStep'].sort())
    assert.deepEqual(row, {
      id: execution.id,
      workflowId: workflow.id,
      workflowVersion: execution.workflowVersion,
      contactId: contact.id,
      status: 'WAITING',
      currentStepId: stepId,
      exitReason: null,
      error: null,
      context: { a: [1, null] },
      resumeAt: '2030-01-01T00:00:00.000Z',
      startedAt: execution.startedAt.toISOString(),
      completedAt: null,
      createdAt: execution.startedAt.toISOString(),
      updatedAt: execution.touchedAt.toISOString(),
      contact,
      currentStep: { id: stepId, name: 'wait', type: 'DELAY' },
    })
  })

  it('show a step by its present name, and one that is gone by its last', async () => {
    await given('RUNNING')
    await project.call('PATCH', `${workflow.path}/steps/${stepId}`, { body: { name: 'renamed' } })
    assert.equal((await list()).at('data.0.currentStep.name'), 'renamed')
    await project.call('DELETE', `${workflow.path}/steps/${stepId}`)
    assert.deepEqual((await list()).at('data.0.currentStep'), { id: stepId, name: 'wait', type: 'DELAY' })
  })

  it('say how they ended', async () => {
    await givenExecution(api, project, workflow, {
      more: () => ({ state: endedAs('COMPLETED', { exitReason: 'exit_step' }) }),
    })
    const row = (await list()).at('data.0') as Record<string, unknown>
    const { status, exitReason, completedAt, currentStepId, currentStep, resumeAt } = row
    assert.deepEqual(
      [status, exitReason, completedAt],
      ['COMPLETED', 'exit_step', '2026-01-02T00:00:00.000Z'],
    )
    assert.deepEqual([currentStepId, currentStep, resumeAt], [null, null, null])
  })

  it('are chosen by one status or several', async () => {
    const made = new Map<string, string>()
    for (const status of EXECUTION_STATUSES) made.set(status, (await given(status)).id)
    for (const status of EXECUTION_STATUSES) {
      const reply = await list(`?status=${status}`)
      assert.deepEqual([idsOf(reply), reply.at('total')], [[made.get(status)], 1], status)
    }
    const several = await list('?status=FAILED,WAITING,%20PENDING')
    assert.deepEqual(
      new Set(idsOf(several)),
      new Set(['FAILED', 'WAITING', 'PENDING'].map((one) => made.get(one))),
    )
    assert.equal(several.at('total'), 3)
  })

  it('are chosen by contact and by address', async () => {
    const contact = await newContact(project, 'ann@example.com')
    const { id } = await given('RUNNING', { contact })
    await given('RUNNING')
    for (const query of [
      `contactId=${contact.id}`,
      'email=ann@example.com',
      'email=%20ANN@Example.com',
      `email=ann@example.com&contactId=${contact.id}&status=RUNNING`,
    ]) {
      const reply = await list(`?${query}`)
      assert.deepEqual([idsOf(reply), reply.at('total')], [[id], 1], query)
    }
    for (const query of [
      `contactId=${randomUUID()}`,
      'email=nobody@example.com',
      `email=ann@example.com&contactId=${randomUUID()}`,
      `contactId=${contact.id}&status=FAILED`,
    ]) {
      const reply = await list(`?${query}`)
      assert.deepEqual([idsOf(reply), reply.at('total'), reply.at('totalPages')], [[], 0, 0], query)
    }
  })

  it('are not those of other workflows or projects', async () => {
    await given('RUNNING')
    const sibling = await newWorkflow(project)
    assert.deepEqual(idsOf(await project.call('GET', `${sibling.path}/executions`)), [])
    const other = await api.newProject()
    const reply = await other.call('GET', `${workflow.path}/executions`)
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
    const foreign = await newWorkflow(other)
    const theirs = await givenExecution(api, other, foreign)
    assert.deepEqual(idsOf(await list(`?contactId=${theirs.contactId}`)), [])
    assert.equal((await project.call('GET', '/workflows/nonsense/executions')).status, 404)
  })

  const refusals: readonly (readonly [string, string])[] = [
    ['status=DONE', 'status'],
    ['status=', 'status'],
    ['status=RUNNING,', 'status'],
    ['status=running', 'status'],
    ['status=RUNNING&status=FAILED', 'status'],
    ['contactId=nonsense', 'contactId'],
    ['page=0', 'page'],
    ['page=x', 'page'],
    ['pageSize=0', 'pageSize'],
    ['pageSize=101', 'pageSize'],
    ['limit=1.5', 'limit'],
    ['page=1002&pageSize=100', 'page'],
    ['search[status]=RUNNING', 'search[status]'],
  ]
  for (const [query, field] of refusals)
    it(`are not listed with ${query}`, async () => {
      const reply = await list(`?${query}`)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply))], [422, [field]])
    })
})
