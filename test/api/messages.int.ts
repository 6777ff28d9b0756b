import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ContactId, ExecutionId, MessageId } from '../../src/workflow/ids.js'
import type { MessageRecord } from '../../src/workflow/mail.js'
import { type TestApi, type TestProject, useProject } from '../support/api.js'
import type { Reply } from '../support/http.js'

describe('messages over HTTP', () => {
  let api: TestApi
  let project: TestProject
  useProject((opened, made) => {
    api = opened
    project = made
  })

  const id = () => randomUUID() as string
  const save = async (more: Partial<MessageRecord> = {}) => {
    const record: MessageRecord = {
      id: id() as MessageId,
      projectId: project.id,
      contactId: id() as ContactId,
      executionId: id() as ExecutionId,
      to: 'a@example.com',
      subject: 's',
      status: 'QUEUED',
      reason: null,
      messageId: '<x@y>',
      captured: { html: 'h', text: 't' },
      createdAt: new Date(1_000),
      ...more,
    }
    await api.deps.messages.save([record])
    return record
  }
  const ids = (reply: Reply) => (reply.at('data') as { id: string }[]).map((message) => message.id)

  it('shows each e-mail, newest first, by contact and by execution', async () => {
    const first = await save()
    const second = await save({ createdAt: new Date(2_000), contactId: first.contactId, status: 'SKIPPED' })
    const all = await project.call('GET', '/messages')
    const { projectId: _project, ...shown } = first
    assert.deepEqual(all.at('data.1'), { ...shown, createdAt: first.createdAt.toISOString() })
    assert.deepEqual(ids(all), [second.id, first.id])
    assert.deepEqual(ids(await project.call('GET', `/messages?executionId=${first.executionId}`)), [first.id])
    assert.deepEqual(ids(await project.call('GET', `/messages?contactId=${first.contactId}`)), ids(all))
    assert.deepEqual(ids(await project.call('GET', `/messages?contactId=${id()}`)), [])
  })

  it('keeps a message once, with the time of its first record', async () => {
    const queued = await save()
    await save({ ...queued, status: 'SENT', createdAt: new Date(9_000) })
    const reply = await project.call('GET', '/messages')
    assert.deepEqual(
      [ids(reply).length, reply.at('data.0.status'), reply.at('data.0.createdAt')],
      [1, 'SENT', new Date(1_000).toISOString()],
    )
  })

  it('goes on from the cursor, also among messages of one time', async () => {
    const saved = await Promise.all(Array.from({ length: 5 }, () => save()))
    const first = await project.call('GET', '/messages?limit=3')
    const second = await project.call('GET', `/messages?limit=3&cursor=${first.at('cursor')}`)
    assert.deepEqual([first.at('hasMore'), second.at('hasMore')], [true, false])
    assert.deepEqual([...ids(first), ...ids(second)].sort(), saved.map((message) => message.id).sort())
  })

  it('shows nothing of another project, and nothing of an erased person', async () => {
    const contact = await project.call('POST', '/contacts', { body: { email: 'a@example.com' } })
    await save({ contactId: contact.at('id') as ContactId })
    const other = await api.newProject()
    assert.deepEqual((await other.call('GET', '/messages')).at('data'), [])
    assert.deepEqual((await other.call('GET', `/messages?contactId=${contact.at('id')}`)).at('data'), [])
    await project.call('DELETE', `/contacts/${contact.at('id')}`)
    assert.deepEqual((await project.call('GET', '/messages')).at('data'), [])
  })

  it('refuses ids that are none', async () => {
    assert.equal((await project.call('GET', '/messages?contactId=x')).status, 422)
  })
})
