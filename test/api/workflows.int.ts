import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf } from '../support/http.js'
import { CONDITION, newWorkflow } from '../support/workflows.js'

describe('workflows over HTTP', () => {
  let api: TestApi
  let project: TestProject
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  after(() => api.close())
  const create = (body: object) => project.call('POST', '/workflows', { body })

  it('begins with the one TRIGGER step', async () => {
    const made = await create({ name: ' Welcome ', eventName: ' signed_up ' })
    assert.equal(made.status, 201)
    const { id, steps, createdAt, updatedAt, ...shown } = made.body as Record<string, unknown>
    assert.deepEqual(shown, {
      name: 'Welcome',
      description: null,
      enabled: false,
      allowReentry: false,
      triggerType: 'EVENT',
      triggerConfig: { eventName: 'signed_up' },
      version: 1,
      revision: 1,
      transitions: [],
      problems: [],
    })
    assert.match(String(createdAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(updatedAt, createdAt)
    const [trigger, ...others] = steps as Record<string, unknown>[]
    assert.equal(others.length, 0)
    assert.deepEqual(
      ['workflowId', 'type', 'name', 'position', 'config', 'templateId'].map((field) => trigger?.[field]),
      [id, 'TRIGGER', 'Trigger: signed_up', { x: 100, y: 100 }, { eventName: 'signed_up' }, null],
    )
    assert.deepEqual((await project.call('GET', `/workflows/${id}`)).body, made.body)
  })

  it('takes what is given, reserved event names too', async () => {
    const given = {
      name: 'n',
      eventName: 'email.clicked',
      description: 'd',
      enabled: true,
      allowReentry: true,
    }
    const made = await create(given)
    assert.equal(made.status, 201)
    const { name, description, enabled, allowReentry } = made.body as Record<string, unknown>
    assert.deepEqual({ name, description, enabled, allowReentry, eventName: 'email.clicked' }, given)
    assert.equal(made.at('triggerConfig.eventName'), 'email.clicked')
  })

  it('takes names and descriptions of just the greatest length', async () => {
    const given = { name: 'n'.repeat(100), eventName: 'e'.repeat(200), description: 'd'.repeat(500) }
    assert.equal((await create(given)).status, 201)
  })

  const id = randomUUID()
  const refused: readonly (readonly [string, object, Record<string, string>])[] = [
    ['nothing', {}, { name: 'required', eventName: 'required' }],
    ['empty names', { name: '  ', eventName: '' }, { name: 'too_small', eventName: 'too_small' }],
    [
      'too long names',
      { name: 'n'.repeat(101), eventName: 'e'.repeat(201), description: 'd'.repeat(501) },
      { name: 'too_big', eventName: 'too_big', description: 'too_big' },
    ],
    [
      'other kinds of value',
      { name: 1, eventName: ['e'], enabled: 'true', allowReentry: 1, description: {} },
      {
        name: 'invalid_type',
        eventName: 'invalid_type',
        enabled: 'invalid_type',
        allowReentry: 'invalid_type',
        description: 'invalid_type',
      },
    ],
    ['an operator', { name: { $ne: null }, eventName: 'e' }, { name: 'invalid_type' }],
    ['NUL', { name: 'a\0b', eventName: 'e\0' }, { name: 'invalid_value', eventName: 'invalid_value' }],
    ['half a character', { name: '\ud800', eventName: 'e' }, { name: 'invalid_value' }],
    ...['id', 'projectId', 'version', 'revision', 'createdAt', 'status', 'steps', 'key'].map(
      (field) =>
        [
          `the field ${field}`,
          { name: 'n', eventName: 'e', [field]: id },
          { [field]: 'unknown_field' },
        ] as const,
    ),
  ]
  for (const [title, body, faults] of refused)
    it(`refuses ${title}`, async () => {
      const reply = await create(body)
      assert.deepEqual([reply.status, reply.at('error.code')], [422, 'VALIDATION_ERROR'])
      assert.deepEqual(faultsOf(reply), faults)
    })

  it('changes what a PATCH names', async () => {
    const workflow = await newWorkflow(project, { description: 'old' })
    const patch = (body: object) => project.call('PATCH', workflow.path, { body })
    const all = { name: 'New', description: 'new', enabled: true, allowReentry: true, triggerType: 'MANUAL' }
    const patched = await patch(all)
    assert.equal(patched.status, 200)
    for (const [field, value] of Object.entries(all)) assert.equal(patched.at(field), value)
    assert.equal((await patch({ description: null })).at('description'), null)
    assert.equal((await patch({})).status, 200)
    assert.equal((await workflow.read()).at('name'), 'New')
  })

  it('renames and reconfigures the TRIGGER with another event', async () => {
    const workflow = await newWorkflow(project)
    const rule = { '==': [{ var: 'event.plan' }, 'pro'] }
    const body = { triggerConfig: { eventName: 'bought', rule } }
    const patched = await project.call('PATCH', workflow.path, { body })
    assert.deepEqual(patched.at('triggerConfig'), body.triggerConfig)
    assert.deepEqual(
      [patched.at('steps.0.name'), patched.at('steps.0.config')],
      ['Trigger: bought', { eventName: 'bought' }],
    )
    assert.equal(patched.at('steps.0.id'), workflow.triggerId)
  })

  const patches: readonly (readonly [string, object, readonly string[]])[] = [
    ['SCHEDULE, which does not work yet', { triggerType: 'SCHEDULE' }, ['triggerType']],
    ['an empty name', { name: ' ' }, ['name']],
    ['name null', { name: null }, ['name']],
    ['a trigger without event', { triggerConfig: {} }, ['triggerConfig.eventName']],
    ['an unknown field of the trigger', { triggerConfig: { eventName: 'e', x: 1 } }, ['triggerConfig.x']],
    [
      'an unknown operator',
      { triggerConfig: { eventName: 'e', rule: { method: ['', 'x'] } } },
      ['triggerConfig.rule.method'],
    ],
    ['a rule that is a list', { triggerConfig: { eventName: 'e', rule: [] } }, ['triggerConfig.rule']],
    ['eventName at the top', { eventName: 'e' }, ['eventName']],
    ['several at once', { name: '', enabled: 'yes', id: 1, $set: {} }, ['$set', 'enabled', 'id', 'name']],
  ]
  for (const [title, body, fields] of patches)
    it(`refuses to change ${title}`, async () => {
      const workflow = await newWorkflow(project)
      const before = (await workflow.read()).body
      const reply = await project.call('PATCH', workflow.path, { body })
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
      assert.deepEqual((await workflow.read()).body, before)
    })

  it('goes for good', async () => {
    const workflow = await newWorkflow(project)
    assert.equal((await project.call('DELETE', workflow.path)).status, 204)
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const reply = await project.call(method, workflow.path, method === 'PATCH' ? { body: {} } : {})
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
    }
  })

  it('names what is unfinished in its graph', async () => {
    const workflow = await newWorkflow(project)
    const [lonely, condition] = [await workflow.step(), await workflow.step(CONDITION)]
    await workflow.connect(workflow.triggerId, condition)
    await workflow.connect(condition, await workflow.step({ type: 'EXIT', name: 'x', config: {} }), {
      branch: 'yes',
    })
    const problems = (await workflow.read()).at('problems') as { code: string; stepId: string }[]
    assert.deepEqual(
      problems.map(({ code, stepId }) => [code, stepId]),
      [
        ['UNREACHABLE_STEP', lonely],
        ['BRANCH_WITHOUT_TRANSITION', condition],
      ],
    )
  })
})
