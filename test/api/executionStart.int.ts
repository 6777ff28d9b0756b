import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { EXECUTION_FIELDS, endedAs, newContact, stored, type TestContact } from '../support/executions.js'
import { faultsOf } from '../support/http.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('an execution that is started by hand', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let stepId: string
  let contact: TestContact
  before(async () => {
    api = await startApi({ outbox })
  })
  beforeEach(async () => {
    project = await api.newProject()
    workflow = await newWorkflow(project, { enabled: true })
    stepId = await workflow.step({ autoConnect: true })
    contact = await newContact(project, 'ann@example.com')
  })
  after(() => api.close())
  const start = (body: unknown, key?: string) =>
    project.call('POST', `${workflow.path}/executions`, {
      body,
      ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
    })
  const patch = (body: object) => project.call('PATCH', workflow.path, { body })
  const count = async () => (await project.call('GET', `${workflow.path}/executions`)).at('total')

  it('stands at the first step, and its message is sent', async () => {
    const reply = await start({ contactId: contact.id, context: { plan: 'pro', deep: { a: [1] } } })
    assert.equal(reply.status, 201)
    const body = reply.body as Record<string, unknown>
    assert.deepEqual(Object.keys(body).sort(), EXECUTION_FIELDS)
    assert.deepEqual(
      [body['status'], body['currentStepId'], body['contactId']],
      ['PENDING', stepId, contact.id],
    )
    assert.deepEqual(body['context'], { plan: 'pro', deep: { a: [1] } })
    const execution = await stored(api, { id: body['id'] as never })
    assert.deepEqual(
      [execution.origin[0], execution.triggerOrder, execution.history.length],
      ['manual', null, 1],
    )
    const [due] = outbox.sent.steps.filter(({ executionId }) => executionId === body['id'])
    assert.deepEqual([due?.stepId, due?.seq, due?.workflowVersion], [stepId, 0, body['workflowVersion']])
    const key = { workflowId: execution.workflowId, version: execution.workflowVersion }
    assert.equal(await pinned(key), true)
  })

  const pinned = async ({ workflowId, version }: { workflowId: string; version: number }) => {
    const name: unknown = `${workflowId}:${version}`
    return (await api.db.collection('workflowVersions').countDocuments({ _id: name as never })) === 1
  }

  it('is started by an address, in any case, and without a context', async () => {
    const reply = await start({ email: ' Ann@Example.com ' })
    assert.deepEqual([reply.status, reply.at('contactId'), reply.at('context')], [201, contact.id, {}])
  })

  it('is COMPLETED where nothing is behind the trigger', async () => {
    workflow = await newWorkflow(project, { enabled: true })
    const reply = await start({ contactId: contact.id })
    assert.deepEqual([reply.status, reply.at('status'), reply.at('currentStepId')], [201, 'COMPLETED', null])
    assert.ok(reply.at('completedAt'))
  })

  it('is started once by a key, whatever happened since', async () => {
    await patch({ allowReentry: true })
    const first = await start({ contactId: contact.id }, 'k1')
    const again = await start({ email: 'ann@example.com', context: { other: true } }, 'k1')
    assert.deepEqual([first.status, again.status, again.at('id')], [201, 200, first.at('id')])
    assert.deepEqual(again.body, first.body)
    const other = await start({ contactId: contact.id }, 'k2')
    assert.deepEqual([other.status, other.at('id') === first.at('id')], [201, false])
    assert.equal((await start({ contactId: contact.id })).status, 201)
    await patch({ enabled: false, allowReentry: false })
    assert.deepEqual((await start({ contactId: contact.id }, 'k1')).body, first.body)
    assert.equal(await count(), 3)
  })

  it('is what its key started in this workflow, whoever else is named, and even once the contact is gone', async () => {
    await patch({ allowReentry: true })
    const first = await start({ contactId: contact.id }, 'k1')
    const other = await newContact(project)
    for (const named of [
      { contactId: other.id },
      { email: 'nobody@example.com' },
      { contactId: randomUUID() },
    ]) {
      const again = await start(named, 'k1')
      assert.deepEqual([again.status, again.at('id')], [200, first.at('id')])
    }
    assert.equal(await count(), 1)
    const here = workflow
    workflow = await newWorkflow(project, { enabled: true })
    const elsewhere = await start({ contactId: other.id }, 'k1')
    assert.deepEqual([elsewhere.status, elsewhere.at('contactId')], [201, other.id])
    workflow = here
    assert.equal((await project.call('DELETE', `/contacts/${contact.id}`)).status, 204)
    const after = await start({ contactId: contact.id }, 'k1')
    assert.deepEqual([after.status, after.at('id')], [200, first.at('id')])
  })

  it('is started by a key that was refused before', async () => {
    await patch({ enabled: false })
    assert.equal((await start({ contactId: contact.id }, 'k1')).status, 409)
    assert.equal((await start({ contactId: randomUUID() }, 'k1')).status, 404)
    await patch({ enabled: true })
    assert.equal((await start({ contactId: contact.id }, 'k1')).status, 201)
  })

  it('is one for calls that come at once with one key for different contacts', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => newContact(project)))
    const replies = await Promise.all(others.map(({ id }) => start({ contactId: id }, 'same')))
    assert.equal(new Set(replies.map((reply) => reply.at('id'))).size, 1)
    assert.equal(await count(), 1)
  })

  it('is started once by calls that come at once with one key', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => start({ contactId: contact.id }, 'same')),
    )
    const statuses = replies.map(({ status }) => status).sort()
    assert.deepEqual([statuses[0], statuses[8], statuses[9]], [200, 200, 201])
    assert.equal(new Set(replies.map((reply) => reply.at('id'))).size, 1)
  })

  it('is refused to who went through before, unless re-entry is allowed', async () => {
    assert.equal((await start({ contactId: contact.id })).status, 201)
    const refused = await start({ contactId: contact.id })
    assert.deepEqual([refused.status, refused.at('error.code')], [409, 'CONFLICT'])
    const [execution] = (await project.call('GET', `${workflow.path}/executions`)).at('data') as {
      id: string
    }[]
    await api.db.collection('executions').updateMany({}, { $set: { status: endedAs('COMPLETED').status } })
    assert.equal((await start({ contactId: contact.id })).status, 409, String(execution?.id))
    await patch({ allowReentry: true })
    assert.equal((await start({ contactId: contact.id })).status, 201)
  })

  it('lets one of several through that come at once', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => start({ contactId: contact.id })))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.ok(replies.every(({ status }) => status === 201 || status === 409))
    assert.equal(await count(), 1)
  })

  it('is refused by a disabled workflow, and to whom nobody knows', async () => {
    const unknown = await start({ contactId: randomUUID() })
    assert.deepEqual([unknown.status, unknown.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    const stranger = await newContact(await api.newProject())
    assert.equal((await start({ contactId: stranger.id })).status, 404)
    assert.equal((await start({ email: 'nobody@example.com' })).status, 404)
    await patch({ enabled: false })
    const disabled = await start({ contactId: contact.id })
    assert.deepEqual([disabled.status, disabled.at('error.code')], [409, 'CONFLICT'])
    const nowhere = await project.call('POST', `/workflows/${randomUUID()}/executions`, {
      body: { contactId: contact.id },
    })
    assert.deepEqual([nowhere.status, nowhere.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
    assert.equal(await count(), 0)
  })

  it('asks neither the trigger nor its rule', async () => {
    const triggerConfig = { eventName: 'signed_up', rule: { '==': [{ var: 'event.plan' }, 'pro'] } }
    await patch({ triggerType: 'MANUAL', triggerConfig })
    assert.equal((await start({ contactId: contact.id })).status, 201)
  })

  it('has a context of 64 KiB at most', async () => {
    const context = { text: 'x'.repeat(64 * 1024 - '{"text":""}'.length) }
    const reply = await start({ contactId: contact.id, context: { text: `${context.text}x` } })
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { context: 'too_big' }])
    assert.equal((await start({ contactId: contact.id, context })).status, 201)
  })

  const someone = { contactId: randomUUID() }
  const refusals: [string, unknown, number, Record<string, string>][] = [
    ['nobody', {}, 422, { contactId: 'required' }],
    ['two at once', { ...someone, email: 'a@example.com' }, 422, { contactId: 'required' }],
    ['an id that is none', { contactId: 'nonsense' }, 422, { contactId: 'invalid_format' }],
    ['an address that is none', { email: 'nonsense' }, 422, { email: 'invalid_format' }],
    ['a context that is a list', { ...someone, context: [] }, 422, { context: 'invalid_type' }],
    ['a context that is null', { ...someone, context: null }, 422, { context: 'invalid_type' }],
    ['an unknown field', { ...someone, x: 1 }, 422, { x: 'unknown_field' }],
    [
      'all faults at once',
      { x: 1, context: 1 },
      422,
      { contactId: 'required', context: 'invalid_type', x: 'unknown_field' },
    ],
    ['a body that is a list', [], 422, { body: 'invalid_type' }],
    ['no body', undefined, 400, {}],
    ['a hostile key', '{"email":"ann@example.com","context":{"__proto__":1}}', 400, {}],
  ]
  for (const [what, body, status, faults] of refusals)
    it(`refuses ${what}`, async () => {
      const reply = await start(body)
      assert.deepEqual([reply.status, faultsOf(reply)], [status, faults])
    })

  it('refuses a key that is too long', async () => {
    const reply = await start({ contactId: contact.id }, 'k'.repeat(201))
    assert.deepEqual([reply.status, Object.keys(faultsOf(reply))], [422, ['Idempotency-Key']])
  })
})
