import assert from 'node:assert/strict'
import type { Execution } from '../../src/workflow/execution.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { MessageRecord } from '../../src/workflow/mail.js'
import { endedOnes, entryOf } from '../support/effectWorld.js'
import { type EngineWorld, openEngineWorld, type Plan, until } from '../support/engineWorld.js'
import { parseMail, type SmtpSink, smtpSink } from '../support/smtpSink.js'
import { produce } from '../support/topicTools.js'

describe('SEND_EMAIL steps on the real engine', function () {
  this.timeout(60_000)
  let world: EngineWorld
  let sink: SmtpSink
  /** Refusals to come: mails to `busy@…` are put off that often. */
  let busy = 0

  before(async () => {
    sink = await smtpSink({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('busy@') && busy-- > 0
          ? done(Object.assign(new Error('later'), { responseCode: 451 }))
          : done(),
    })
    world = await openEngineWorld({
      SMTP_URL: sink.url,
      MAIL_FROM: 'bounces@shop.example',
      PUBLIC_URL: 'https://mail.shop.example',
      RETRY_BASE_MS: '40',
    })
    await world.startEngine()
  })
  beforeEach(() => {
    sink.mails.length = 0
  })
  after(async () => {
    await world.close()
    await sink.close()
  })

  async function template(type: 'TRANSACTIONAL' | 'MARKETING'): Promise<string> {
    const { id } = await world.connections.stores.templates.create(
      world.projectId,
      {
        name: 'Welcome',
        subject: 'Hi {{ data.name }}',
        body: '<p>Hi {{ event.name }}</p>',
        text: null,
        from: 'team@shop.example',
        fromName: 'The Shop',
        replyTo: null,
        type,
      },
      new Date(),
    )
    return id
  }

  async function run(plan: Plan, email: string, data: JsonObject = {}): Promise<Execution> {
    const workflow = await world.given(plan)
    await world.publish([{ name: plan.eventName, email, data }])
    const [execution] = await endedOnes(world, workflow)
    assert.ok(execution !== undefined)
    return execution
  }

  async function messageOf({ id, contactId }: Execution): Promise<MessageRecord | undefined> {
    const query = { contactId, executionId: id, after: null, limit: 10 }
    return (await world.connections.stores.messages.list(world.projectId, query)).messages[0]
  }

  const contact = async (id: ContactId) => (await world.connections.stores.contacts.read([id]))[0]

  it('sends one mail to the contact, says so in its history, in messages and by an event', async () => {
    const templateId = await template('TRANSACTIONAL')
    const execution = await run(
      {
        eventName: 'welcome',
        steps: [
          ['mail', 'SEND_EMAIL', { templateId }],
          ['sent', 'WAIT_FOR_EVENT', { eventName: 'email.sent', timeout: 30 }],
          ['good', 'EXIT', { reason: 'it was sent' }],
        ],
        arrows: [
          ['trigger', 'mail'],
          ['mail', 'sent'],
          ['sent', 'good', { branch: 'event' }],
        ],
      },
      'ada@example.com',
      { name: '<b>Ada</b> {{ 7 | times: 6 }}' },
    )
    assert.equal(execution.state.status === 'COMPLETED' && execution.state.exitReason, 'it was sent')
    const [mail, ...more] = sink.mails
    assert.ok(mail !== undefined && more.length === 0)
    assert.equal(mail.from, 'bounces@shop.example')
    assert.deepEqual(mail.to, ['ada@example.com'])
    const { headers } = parseMail(mail.raw)
    const step = entryOf(execution, 'mail')
    const messageId = `<${execution.id}.${step?.stepId}@shop.example>`
    assert.equal(headers.get('message-id'), messageId)
    assert.equal(headers.get('subject'), 'Hi <b>Ada</b> {{ 7 | times: 6 }}')
    assert.match(mail.raw, /Hi &lt;b&gt;Ada&lt;\/b&gt; \{\{ 7 \| times: 6 \}\}/)
    assert.equal(headers.has('list-unsubscribe'), false)
    assert.equal(step?.attempts, 1)
    const message = await messageOf(execution)
    assert.deepEqual([message?.status, message?.messageId, message?.captured], ['SENT', messageId, null])
  })

  it('tries again what the server puts off, as the same mail', async () => {
    busy = 2
    const templateId = await template('TRANSACTIONAL')
    const plan: Plan = {
      eventName: 'put off',
      steps: [['mail', 'SEND_EMAIL', { templateId }]],
      arrows: [['trigger', 'mail']],
    }
    const execution = await run(plan, 'busy@example.com')
    assert.equal(sink.mails.length, 1)
    assert.equal(entryOf(execution, 'mail')?.attempts, 3)
    busy = 9
    const failed = await run(
      { ...plan, eventName: 'given up', steps: [['mail', 'SEND_EMAIL', { templateId, retries: 1 }]] },
      'busy@example.com',
    )
    assert.equal(busy, 7)
    assert.equal(failed.state.status, 'FAILED')
    assert.equal((await messageOf(failed))?.status, 'FAILED')
  })

  it('asks at the moment of sending whether the contact is still subscribed', async () => {
    const templateId = await template('MARKETING')
    const plan: Plan = {
      eventName: 'news',
      steps: [
        ['first', 'SEND_EMAIL', { templateId }],
        ['pause', 'WAIT_FOR_EVENT', { eventName: 'contact.unsubscribed', timeout: 30 }],
        ['second', 'SEND_EMAIL', { templateId }],
      ],
      arrows: [
        ['trigger', 'first'],
        ['first', 'pause'],
        ['pause', 'second'],
      ],
    }
    const workflow = await world.given(plan)
    await world.publish([{ name: 'news', email: 'reader@example.com', data: { name: 'R' } }])
    await until('the first came', () => sink.mails.length === 1)
    const { headers } = parseMail(sink.mails[0]?.raw ?? '')
    const link = headers.get('list-unsubscribe') ?? ''
    assert.match(link, /^<https:\/\/mail\.shop\.example\/unsubscribe\/[\w-]+>$/)
    assert.equal(headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
    assert.ok(sink.mails[0]?.raw.replace(/=\r\n/g, '').includes(link.slice(1, -1).slice(0, 40)))
    const { projectId } = world
    const left = { eventId: 'left', projectId, name: 'left', email: 'reader@example.com', subscribed: false }
    await produce(world.connections, world.inputTopic, [{ key: left.email, value: JSON.stringify(left) }])
    const [execution] = await endedOnes(world, workflow)
    const second = entryOf(execution, 'second')
    assert.deepEqual([second?.status, second?.reason], ['SKIPPED', 'unsubscribed'])
    assert.equal(sink.mails.length, 1)
  })

  it('goes on with what the provider reports over Kafka, and parks reports on mails of nobody', async () => {
    const parked: string[] = []
    world.announcer.on('messages.parked', ({ reason }) => parked.push(reason))
    const templateId = await template('TRANSACTIONAL')
    const workflow = await world.given({
      eventName: 'clicks',
      steps: [
        ['mail', 'SEND_EMAIL', { templateId }],
        ['click', 'WAIT_FOR_EVENT', { eventName: 'email.click', timeout: 600 }],
        ['clicked', 'EXIT', { reason: 'clicked' }],
      ],
      arrows: [
        ['trigger', 'mail'],
        ['mail', 'click'],
        ['click', 'clicked', { branch: 'event' }],
      ],
    })
    await world.publish([{ name: 'clicks', email: 'clicker@example.com', data: {} }])
    await until('the mail came', () => sink.mails.length === 1)
    const messageId = parseMail(sink.mails[0]?.raw ?? '').headers.get('message-id') ?? ''
    const report = { projectId: world.projectId, type: 'click', data: { url: 'https://shop.example/' } }
    await produce(world.connections, world.connections.topology.emailEvents.name, [
      { value: JSON.stringify({ ...report, messageId: '<nobody@shop.example>' }) },
      { value: '{"type":"click"}' },
      { value: JSON.stringify({ ...report, messageId }) },
      { value: JSON.stringify({ ...report, type: 'complaint', messageId }) },
    ])
    const [execution] = await endedOnes(world, workflow)
    assert.ok(execution !== undefined)
    assert.equal(execution.context['url'], 'https://shop.example/')
    // Reports without keys stand on any partition, in front of the click or behind it.
    await until('both others are parked', () => new Set(parked).size === 2)
    assert.deepEqual([...new Set(parked)].sort(), ['invalid_field', 'unknown_mail'])
    await until(
      'the complaint unsubscribed',
      async () => (await contact(execution.contactId))?.subscribed === false,
    )
    assert.deepEqual((await contact(execution.contactId))?.data, {})
    assert.deepEqual(world.announced, [])
  })
})
