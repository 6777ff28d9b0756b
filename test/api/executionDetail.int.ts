import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Execution, HistoryEntry } from '../../src/workflow/execution.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import {
  type At,
  EXECUTION_FIELDS,
  endedAs,
  entryOf,
  failedAt,
  givenExecution,
  movingAt,
  waitingAt,
} from '../support/executions.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

const STARTED = new Date('2026-01-01T00:00:00.000Z')
const LEFT = new Date('2026-01-01T00:01:00.000Z')

describe('one execution', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let delay: At
  let mail: At
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    workflow = await newWorkflow(project, { name: 'Onboarding' })
    delay = { stepId: await workflow.step({ autoConnect: true }), kind: 'DELAY' }
    const webhook = {
      type: 'WEBHOOK',
      name: 'call',
      config: { url: 'https://example.com' },
      autoConnect: true,
    }
    mail = { stepId: await workflow.step(webhook), kind: 'WEBHOOK' }
  })
  after(() => api.close())
  const read = ({ id }: Pick<Execution, 'id'>) => project.call('GET', `${workflow.path}/executions/${id}`)
  const given = (state: Execution['state'], entries: readonly HistoryEntry[] = []) =>
    givenExecution(api, project, workflow, {
      startedAt: STARTED,
      more: ({ history }) => ({ state, history: [...history, ...entries] }),
    })
  const stepsOf = async (execution: Execution) =>
    (await read(execution)).at('stepExecutions') as Record<string, unknown>[]
  const trigger = () => ({
    stepId: workflow.triggerId,
    step: { name: 'Trigger: signed_up', type: 'TRIGGER' },
    status: 'COMPLETED',
    branch: null,
    attempts: 1,
    startedAt: STARTED.toISOString(),
    completedAt: STARTED.toISOString(),
    output: null,
    error: null,
  })

  it('comes with its workflow, contact and current step', async () => {
    const execution = await given(movingAt(delay, { status: 'PENDING' }))
    const reply = await read(execution)
    const fields = [...EXECUTION_FIELDS, 'contact', 'currentStep', 'stepExecutions', 'workflow']
    assert.deepEqual([reply.status, Object.keys(reply.body as object).sort()], [200, fields.sort()])
    assert.deepEqual(reply.at('workflow'), { id: workflow.id, name: 'Onboarding' })
    assert.deepEqual(reply.at('contact.id'), execution.contactId)
    assert.deepEqual(reply.at('currentStep'), { id: delay.stepId, name: 'wait', type: 'DELAY' })
  })

  it('shows the steps that were left, and when each was entered', async () => {
    const output = { statusCode: 200, success: true }
    const second = entryOf(mail, {
      name: 'call',
      branch: 'success',
      attempts: 3,
      output,
      at: new Date(LEFT.getTime() + 5),
    })
    const execution = await given(endedAs('COMPLETED'), [entryOf(delay), second])
    assert.deepEqual(await stepsOf(execution), [
      trigger(),
      {
        ...trigger(),
        stepId: delay.stepId,
        step: { name: 'wait', type: 'DELAY' },
        completedAt: LEFT.toISOString(),
      },
      {
        stepId: mail.stepId,
        step: { name: 'call', type: 'WEBHOOK' },
        status: 'COMPLETED',
        branch: 'success',
        attempts: 3,
        startedAt: LEFT.toISOString(),
        completedAt: second.at.toISOString(),
        output,
        error: null,
      },
    ])
  })

  const until = new Date('2030-01-01T00:00:00.000Z')
  const hold = { reason: 'retry', key: null, since: LEFT } as const
  const lease = { token: randomUUID(), until }
  const cancelled = { code: 'CANCELLED', message: 'Cancelled by user' }
  const standing: [string, () => [Execution['state'], HistoryEntry[]?], Record<string, unknown>][] = [
    ['about to begin', () => [movingAt(delay, { status: 'PENDING' })], { status: 'RUNNING', attempts: 0 }],
    ['running', () => [movingAt(delay)], { status: 'RUNNING', attempts: 0 }],
    ['called', () => [movingAt(mail, { lease, dueAt: until, tries: 2 })], { status: 'RUNNING', attempts: 2 }],
    ['waited at', () => [waitingAt(delay, { dueAt: until })], { status: 'WAITING', attempts: 1 }],
    [
      'between two tries',
      () => [waitingAt(mail, { dueAt: until, tries: 2, hold })],
      { status: 'WAITING', attempts: 2 },
    ],
    [
      'failed, and says why',
      () => [
        failedAt(mail),
        [entryOf(mail, { status: 'FAILED', attempts: 5, error: { code: 'E', message: 'm' } })],
      ],
      { status: 'FAILED', attempts: 5, error: { code: 'E', message: 'm' }, completedAt: LEFT.toISOString() },
    ],
    [
      'failed without having been left',
      () => [failedAt(delay, 'NOT_HANDLED')],
      { status: 'FAILED', attempts: 0, error: { code: 'NOT_HANDLED', message: 'no luck' } },
    ],
    [
      'cancelled',
      () => [endedAs('CANCELLED', { ...standingAt(), exitReason: 'Cancelled by user' })],
      { status: 'FAILED', error: cancelled, completedAt: '2026-01-02T00:00:00.000Z' },
    ],
    [
      'skipped',
      () => [endedAs('COMPLETED'), [entryOf(mail, { status: 'SKIPPED', reason: 'unsubscribed' })]],
      { status: 'COMPLETED', output: { skipped: true, reason: 'unsubscribed' } },
    ],
    [
      'noted to be cancelled',
      () => [endedAs('CANCELLED'), [entryOf(mail, { status: 'CANCELLED', reason: 'Cancelled by user' })]],
      { status: 'FAILED', error: cancelled },
    ],
  ]
  const standingAt = () => ({ currentStepId: delay.stepId as never, kind: delay.kind })
  for (const [what, make, expected] of standing)
    it(`shows a step that is ${what}`, async () => {
      const steps = await stepsOf(await given(...make()))
      assert.equal(steps.length, 2)
      const last = steps.at(-1) ?? {}
      const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, last[key]]))
      assert.deepEqual(seen, expected)
      assert.equal(last['startedAt'], STARTED.toISOString())
    })

  it('shows the result of a call that came after its cancellation once', async () => {
    const state = endedAs('CANCELLED', { currentStepId: mail.stepId as never, kind: mail.kind })
    const steps = await stepsOf(await given(state, [entryOf(mail, { branch: 'success' })]))
    assert.deepEqual(steps.map(({ stepId, status }) => [stepId, status]).slice(1), [
      [mail.stepId, 'COMPLETED'],
    ])
  })

  it('is not found elsewhere', async () => {
    const execution = await given(movingAt(delay))
    const sibling = await newWorkflow(project)
    const other = await api.newProject()
    const asked = [
      [project, `${sibling.path}/executions/${execution.id}`, 'EXECUTION_NOT_FOUND'],
      [project, `${workflow.path}/executions/${randomUUID()}`, 'EXECUTION_NOT_FOUND'],
      [project, `${workflow.path}/executions/nonsense`, 'EXECUTION_NOT_FOUND'],
      [project, `/workflows/${randomUUID()}/executions/${execution.id}`, 'WORKFLOW_NOT_FOUND'],
      [other, `${workflow.path}/executions/${execution.id}`, 'WORKFLOW_NOT_FOUND'],
    ] as const
    for (const [who, path, code] of asked) {
      const reply = await who.call('GET', path)
      assert.deepEqual([reply.status, reply.at('error.code')], [404, code], path)
    }
  })

  it('has no address any more once its contact was erased', async () => {
    const execution = await given(endedAs('COMPLETED'))
    await project.call('DELETE', `/contacts/${execution.contactId}`)
    assert.deepEqual((await read(execution)).at('contact'), { id: execution.contactId, email: null })
  })
})
