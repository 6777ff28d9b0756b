import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { messageRecordId } from '../../src/workflow/emailEvent.js'
import type { ContactId, ExecutionId, StepId } from '../../src/workflow/ids.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'

const PATH = '/v1/email-events'

describe('POST /v1/email-events', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let contactId: string
  let messageId: string

  before(async () => {
    api = await startApi({ outbox })
    project = await api.newProject()
    const contact = await project.call('POST', '/contacts', { body: { email: 'ada@example.com' } })
    contactId = String(contact.at('id'))
    const [executionId, stepId] = [randomUUID() as string as ExecutionId, randomUUID() as string as StepId]
    messageId = `<${executionId}.${stepId}@shop.example>`
    await api.deps.messages.save([
      {
        id: messageRecordId(executionId, stepId),
        projectId: project.id,
        contactId: contactId as ContactId,
        executionId,
        to: 'ada@example.com',
        subject: 'Hi',
        status: 'SENT',
        reason: null,
        messageId,
        captured: null,
        createdAt: new Date(),
      },
    ])
  })
  beforeEach(() => {
    outbox.sent.events.length = 0
  })
  after(() => api.close())

  const events = () => outbox.sent.events as { name: string; contactId: string; eventId: string }[]

  it('turns a report into the event of the contact that the mail was about', async () => {
    const body = { type: 'click', messageId, data: { url: 'https://shop.example' } }
    const reply = await project.call('POST', PATH, { body })
    assert.equal(reply.status, 202)
    assert.deepEqual(reply.body, { accepted: 1, ignored: [] })
    const [event] = events()
    assert.deepEqual([event?.name, event?.contactId], ['email.clicked', contactId])
  })

  it('takes many at once, and lists what it does not know', async () => {
    const foreign = await (await api.newProject()).call('POST', PATH, { body: { type: 'open', messageId } })
    assert.deepEqual(foreign.body, { accepted: 0, ignored: [{ index: 0, reason: 'unknown_message' }] })
    const reply = await project.call('POST', PATH, {
      body: [
        { type: 'delivered', messageId },
        { type: 'opened', messageId: '<other@shop.example>' },
        { type: 'complaint', messageId, eventId: 'p-1', occurredAt: '2025-03-01T10:00:00Z' },
      ],
    })
    assert.deepEqual(reply.body, { accepted: 2, ignored: [{ index: 1, reason: 'unknown_message' }] })
    assert.deepEqual(
      events().map(({ name }) => name),
      ['email.delivered', 'email.complained'],
    )
    assert.equal(events()[1]?.eventId, 'p-1')
  })

  it('gives a repeat the same id', async () => {
    for (let n = 0; n < 2; n++)
      await project.call('POST', PATH, { body: { type: 'bounced', messageId: messageId.slice(1, -1) } })
    assert.equal(events()[0]?.eventId, events()[1]?.eventId)
  })

  for (const [what, body, field] of [
    ['no type', { messageId: 'x' }, 'type'],
    ['an unknown type', { type: 'sent', messageId: 'x' }, 'type'],
    ['no mail', { type: 'open' }, 'messageId'],
    ['an unknown field', { type: 'open', messageId: 'x', email: 'a@b.example' }, 'email'],
    ['data of the wrong kind', { type: 'open', messageId: 'x', data: [] }, 'data'],
    ['no time', { type: 'open', messageId: 'x', occurredAt: 'yesterday' }, 'occurredAt'],
  ] as const)
    it(`refuses ${what}`, async () => {
      const reply = await project.call('POST', PATH, { body })
      assert.equal(reply.status, 422)
      assert.deepEqual(
        (reply.at('error') as { errors: { field: string }[] }).errors.map((fault) => fault.field),
        [field],
      )
      assert.equal(events().length, 0)
    })

  it('is not for public keys', async () => {
    const reply = await fetch(`${api.url}${PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${project.publicKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'open', messageId }),
    })
    assert.equal(reply.status, 403)
  })
})
