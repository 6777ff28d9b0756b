import assert from 'node:assert/strict'
import type { EffectResult } from '../../src/effects/ports.js'
import type { Facts } from '../../src/steps/definition.js'
import { sendEmail } from '../../src/steps/sendEmail.js'
import type { JsonObject } from '../../src/workflow/json.js'
import {
  aContact,
  aStep,
  CONTACT,
  EXECUTION,
  NOW,
  PROJECT,
  STEP,
  someFacts,
  WORKFLOW,
} from '../support/effectFacts.js'
import { aTemplate, type Given, TEMPLATE, type World, world } from '../support/effectTools.js'

const CONFIG = { templateId: TEMPLATE }
const MESSAGE_ID = `<${EXECUTION}.${STEP}@millrace.example>`

interface Ran extends World {
  readonly result: EffectResult | undefined
}

async function run(
  given: Omit<Given, 'step'> = {},
  more: { config?: JsonObject; facts?: Facts } = {},
): Promise<Ran> {
  const { config = CONFIG, facts = someFacts() } = more
  const around = world({ ...given, step: aStep('SEND_EMAIL', config) })
  return { ...around, result: await sendEmail.effect?.(sendEmail.config.parse(config), facts, around.tools) }
}

const lost = (retriable: boolean, unknown: boolean) =>
  ({ type: 'failed', message: 'lost', retriable, unknown, ms: 1 }) as const

describe('SEND_EMAIL', () => {
  it('sends the contact the rendered template', async () => {
    const { mails, result } = await run()
    assert.equal(mails.length, 1)
    assert.deepEqual(mails[0], {
      messageId: MESSAGE_ID,
      to: 'ada@example.com',
      from: 'team@shop.example',
      fromName: null,
      replyTo: null,
      subject: 'Hi Ada',
      html: '<p>Hi Ada</p>',
      text: 'Hi Ada',
      headers: {},
      timeoutMs: 30_000,
    })
    assert.deepEqual(result?.type === 'done' && result.output, {
      messageId: MESSAGE_ID,
      to: 'ada@example.com',
      subject: 'Hi Ada',
    })
  })

  it('tells the world that it was sent, the same on every try', async () => {
    const [first, second] = [await run(), await run()]
    const events = first.result?.type === 'done' ? first.result.events : []
    assert.deepEqual(first.result, second.result)
    assert.equal(events?.length, 1)
    const { eventId, ...event } = events?.[0] ?? { eventId: '' }
    assert.match(eventId, /^[0-9a-f-]{36}$/)
    assert.deepEqual(event, {
      projectId: PROJECT,
      contactId: CONTACT,
      email: 'ada@example.com',
      name: 'email.sent',
      data: {
        messageId: MESSAGE_ID,
        to: 'ada@example.com',
        subject: 'Hi Ada',
        templateId: TEMPLATE,
        workflowId: WORKFLOW,
        executionId: EXECUTION,
        stepId: STEP,
      },
      occurredAt: NOW,
    })
  })

  it('records the mail before and after it is sent, under one id', async () => {
    const { records } = await run()
    assert.deepEqual(
      records.map(({ status }) => status),
      ['QUEUED', 'SENT'],
    )
    assert.equal(new Set(records.map(({ id }) => id)).size, 1)
    const { id: _, ...record } = records[1] ?? { id: '' }
    assert.deepEqual(record, {
      projectId: PROJECT,
      contactId: CONTACT,
      executionId: EXECUTION,
      to: 'ada@example.com',
      subject: 'Hi Ada',
      status: 'SENT',
      reason: null,
      messageId: MESSAGE_ID,
      captured: null,
      createdAt: NOW,
    })
  })

  it('keeps the content where no server is configured', async () => {
    const { records } = await run({ sent: { type: 'captured', ms: 0 } })
    assert.deepEqual(records.at(-1)?.captured, { html: '<p>Hi Ada</p>', text: 'Hi Ada' })
    assert.equal(records.at(-1)?.status, 'SENT')
  })

  it('sends a fixed address the same mail, and takes the sender of the house where the template has none', async () => {
    const config = { ...CONFIG, recipient: { type: 'CUSTOM', customEmail: ' boss@shop.example ' } }
    const { mails } = await run({ template: aTemplate({ from: '' }) }, { config })
    assert.equal(mails[0]?.to, 'boss@shop.example')
    assert.equal(mails[0]?.from, 'hello@millrace.example')
    assert.equal(mails[0]?.subject, 'Hi Ada')
  })

  it('sends marketing with the headers of one-click unsubscribing', async () => {
    const { mails } = await run({ template: aTemplate({ type: 'MARKETING' }) })
    const url = `https://m.example/unsubscribe/${CONTACT}`
    assert.deepEqual(mails[0]?.headers, {
      'List-Unsubscribe': `<${url}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    assert.ok(mails[0]?.html.includes(url) && mails[0].text.includes(url))
  })

  it('skips marketing for whoever is not subscribed, and nothing else', async () => {
    const facts = someFacts({ contact: aContact({ subscribed: false }) })
    const skipped = await run({ template: aTemplate({ type: 'MARKETING' }) }, { facts })
    assert.deepEqual(skipped.result, { type: 'skipped', branch: null, reason: 'unsubscribed' })
    assert.equal(skipped.mails.length, 0)
    assert.deepEqual(
      skipped.records.map(({ status, reason }) => [status, reason]),
      [['SKIPPED', 'unsubscribed']],
    )
    assert.equal((await run({}, { facts })).mails.length, 1)
  })

  it('fails for good where template or contact do not exist or the template cannot be rendered', async () => {
    const code = async (given: Omit<Given, 'step'>, more?: { config?: JsonObject; facts?: Facts }) => {
      const { result, mails } = await run(given, more)
      assert.equal(mails.length, 0)
      return result?.type === 'fail' ? result.error.code : result?.type
    }
    assert.equal(await code({ template: null }), 'TEMPLATE_NOT_FOUND')
    assert.equal(await code({}, { config: {} }), 'TEMPLATE_NOT_FOUND')
    assert.equal(await code({}, { facts: someFacts({ contact: null }) }), 'CONTACT_MISSING')
    assert.equal(await code({ template: aTemplate({ body: '{{ a | nope }}' }) }), 'TEMPLATE_FAILED')
  })

  it('tries again what may pass, and remembers that nobody knows', async () => {
    for (const [unknown, code] of [
      [false, 'UNREACHABLE'],
      [true, 'OUTCOME_UNKNOWN'],
    ] as const) {
      const { result, records } = await run({ sent: lost(true, unknown) })
      const error = { code, message: 'lost' }
      assert.deepEqual(result, { type: 'retry', afterMs: null, error, otherwise: { type: 'fail', error } })
      assert.deepEqual(
        records.map(({ status, reason }) => [status, reason]),
        [
          ['QUEUED', null],
          ['FAILED', 'lost'],
        ],
      )
    }
  })

  it('fails for good where the server refuses', async () => {
    const { result } = await run({ sent: lost(false, false) })
    assert.deepEqual(result, { type: 'fail', error: { code: 'MAIL_REFUSED', message: 'lost' } })
  })

  it('does not send while the mail cannot be recorded', async () => {
    const { result, mails } = await run({ lostRecords: [0] })
    assert.equal(mails.length, 0)
    assert.deepEqual(result?.type === 'retry' && result.error, {
      code: 'STORE_AWAY',
      message: 'the store is away',
    })
    const odd = await run({ lostRecords: [0], thrown: 'text' })
    assert.deepEqual(odd.result?.type === 'retry' && odd.result.error.message, 'text')
  })

  it('has a Message-ID also where the sender has no domain', async () => {
    const { mails } = await run({ mailFrom: 'hello@' })
    assert.equal(mails[0]?.messageId, `<${EXECUTION}.${STEP}@localhost>`)
  })

  it('does not send again only because the end could not be recorded', async () => {
    const sent = await run({ lostRecords: [1] })
    const output = { messageId: MESSAGE_ID, to: 'ada@example.com', subject: 'Hi Ada', recorded: false }
    assert.deepEqual(sent.result?.type === 'done' && sent.result.output, output)
    const { result } = await run({ lostRecords: [1], sent: lost(false, false) })
    assert.deepEqual(result?.type === 'fail' && result.error.message, 'lost (not recorded in messages)')
  })
})
