import assert from 'node:assert/strict'
import {
  type EmailEvent,
  emailContactEvent,
  emailEventType,
  messageRecordId,
  recordOfMessageId,
} from '../../src/workflow/emailEvent.js'
import { CONTACT, EXECUTION, NOW, PROJECT, STEP } from '../support/effectFacts.js'

const MESSAGE_ID = `<${EXECUTION}.${STEP}@shop.example>`
const message = {
  id: messageRecordId(EXECUTION, STEP),
  contactId: CONTACT,
  executionId: EXECUTION,
  messageId: MESSAGE_ID,
}
const report = (more: Partial<EmailEvent> = {}): EmailEvent => ({
  v: 1,
  projectId: PROJECT,
  type: 'clicked',
  messageId: MESSAGE_ID,
  eventId: null,
  data: { url: 'https://shop.example/' },
  occurredAt: null,
  ...more,
})
const about = { email: 'ada@example.com', now: NOW }

describe('The type of a report on a mail', () => {
  for (const [word, type] of [
    ['delivered', 'delivered'],
    ['delivery', 'delivered'],
    ['email.open', 'opened'],
    [' Click ', 'clicked'],
    ['BOUNCE', 'bounced'],
    ['complaint', 'complained'],
    ['email.complained', 'complained'],
    ['sent', null],
    ['constructor', null],
    ['', null],
  ] as const)
    it(`of ${JSON.stringify(word)} is ${type}`, () => assert.equal(emailEventType(word), type))
})

describe('The mail that a Message-ID names', () => {
  for (const text of [
    MESSAGE_ID,
    MESSAGE_ID.slice(1, -1),
    ` ${MESSAGE_ID.toUpperCase()} `,
    `<${EXECUTION}.${STEP}@relay.example>`,
  ])
    it(`is found by ${JSON.stringify(text)}`, () =>
      assert.equal(recordOfMessageId(text), messageRecordId(EXECUTION, STEP)))

  for (const text of [
    '',
    'x@y',
    `<${EXECUTION}@shop.example>`,
    `<${EXECUTION}.${STEP}>`,
    `<${'-'.repeat(36)}.${STEP}@shop.example>`,
    `<${EXECUTION}.${'-'.repeat(36)}@shop.example>`,
    `<${EXECUTION}.${STEP}@a@b>`,
  ])
    it(`is none for ${JSON.stringify(text)}`, () => assert.equal(recordOfMessageId(text), null))
})

describe('The contact event of a report', () => {
  it('names contact, mail and execution', () => {
    const { eventId, ...event } = emailContactEvent(report(), message, about)
    assert.match(eventId, /^[0-9a-f-]{36}$/)
    assert.deepEqual(event, {
      v: 1,
      projectId: PROJECT,
      name: 'email.clicked',
      email: 'ada@example.com',
      contactId: CONTACT,
      data: { url: 'https://shop.example/', messageId: MESSAGE_ID, executionId: EXECUTION },
      subscribed: null,
      occurredAt: NOW,
      cause: null,
    })
  })

  it('has the same id for a repeat and another for anything else', () => {
    const idOf = (more: Partial<EmailEvent>) => emailContactEvent(report(more), message, about).eventId
    assert.equal(idOf({}), idOf({}))
    const others = [
      idOf({}),
      idOf({ type: 'opened' }),
      idOf({ data: {} }),
      idOf({ occurredAt: NOW }),
      idOf({ eventId: 'provider-1' }),
    ]
    assert.equal(new Set(others).size, others.length)
    assert.equal(others.at(-1), 'provider-1')
  })

  it('unsubscribes who complains', () => {
    const event = emailContactEvent(report({ type: 'complained', occurredAt: new Date(0) }), message, about)
    assert.equal(event.subscribed, false)
    assert.deepEqual(event.occurredAt, new Date(0))
  })
})
