import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createTracking } from '../../src/effects/tracking.js'
import { messageRecordId } from '../../src/workflow/emailEvent.js'
import type { ContactId, ExecutionId, StepId } from '../../src/workflow/ids.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'

const SHOP = 'https://shop.example/ü?a=1&b=2'

describe('Tracked links and images', () => {
  const outbox = keepingOutbox()
  let api: TestApi
  let project: TestProject
  let paths: { click: string; open: string }
  let kafkaAway = false

  before(async () => {
    const publish: typeof outbox.publish = async (events) => {
      if (kafkaAway) throw new Error('Kafka is away')
      return outbox.publish(events)
    }
    api = await startApi({ outbox: { ...outbox, publish } })
    project = await api.newProject()
    const contact = await project.call('POST', '/contacts', { body: { email: 'ada@example.com' } })
    const [executionId, stepId] = [randomUUID() as string as ExecutionId, randomUUID() as string as StepId]
    await api.deps.messages.save([
      {
        id: messageRecordId(executionId, stepId),
        projectId: project.id,
        contactId: contact.at('id') as ContactId,
        executionId,
        to: 'ada@example.com',
        subject: 'Hi',
        status: 'SENT',
        reason: null,
        messageId: `<${executionId}.${stepId}@shop.example>`,
        captured: null,
        createdAt: new Date(),
      },
    ])
    const options = { publicUrl: api.url, secret: 'a secret of this test', opens: true, clicks: true }
    const html = createTracking(options).rewrite(
      `<a href="${SHOP}">x</a>`,
      { projectId: project.id, executionId, stepId },
      [],
    )
    const [click = '', open = ''] = [...html.matchAll(/="(http[^"]+)"/g)].map(([, url = '']) =>
      url.replaceAll('&amp;', '&'),
    )
    paths = { click, open }
  })
  beforeEach(() => {
    outbox.sent.events.length = 0
    kafkaAway = false
  })
  after(() => api.close())

  const get = (url: string) => fetch(url, { redirect: 'manual' })
  const events = () =>
    outbox.sent.events as { name: string; eventId: string; data: Record<string, unknown>; email: string }[]

  it('lead on and say that the link was clicked', async () => {
    const reply = await get(paths.click)
    assert.equal(reply.status, 302)
    assert.equal(reply.headers.get('location'), new URL(SHOP).href)
    assert.equal(reply.headers.get('cache-control'), 'no-store')
    const [event] = events()
    assert.deepEqual([event?.name, event?.email], ['email.clicked', 'ada@example.com'])
    assert.equal(event?.data['url'], SHOP)
  })

  it('say that the mail was opened', async () => {
    const reply = await get(paths.open)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('content-type'), 'image/gif')
    assert.equal(Buffer.from(await reply.arrayBuffer()).toString('latin1', 0, 6), 'GIF89a')
    assert.deepEqual(
      events().map(({ name }) => name),
      ['email.opened'],
    )
  })

  it('lead on also while Kafka is away', async () => {
    kafkaAway = true
    assert.equal((await get(paths.click)).status, 302)
    assert.equal((await get(paths.open)).status, 200)
  })

  it('lead nowhere else', async () => {
    const elsewhere = paths.click.replace(/\?u=.*/, `?u=${encodeURIComponent('https://evil.example/')}`)
    for (const url of [
      elsewhere,
      paths.click.replace('/t/c/', '/t/o/'),
      `${api.url}/t/o/x`,
      `${api.url}/t/c/x?u=y`,
    ]) {
      const reply = await get(url)
      assert.equal(reply.status, 404, url)
      assert.equal(reply.headers.get('location'), null)
    }
    assert.equal((await get(paths.click.replace(/\?u=.*/, ''))).status, 422)
    assert.equal(events().length, 0)
  })
})
