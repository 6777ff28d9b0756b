import assert from 'node:assert/strict'
import { sendEmail } from '../../src/steps/sendEmail.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aStep, someFacts } from '../support/effectFacts.js'
import { TEMPLATE, world } from '../support/effectTools.js'

const recipient = (customEmail: string) => ({
  templateId: TEMPLATE,
  recipient: { type: 'CUSTOM', customEmail },
})

describe('SEND_EMAIL config', () => {
  const good: JsonObject[] = [
    {},
    { templateId: TEMPLATE },
    { recipient: {} },
    { recipient: { type: 'CONTACT' } },
    { recipient: { type: 'CONTACT', customEmail: '' } },
    recipient('boss@shop.example'),
    recipient('boss@bücher.example'),
  ]
  for (const config of good)
    it(`can be ${JSON.stringify(config)}`, () =>
      assert.equal(sendEmail.config.safeParse(config).success, true))

  const bad: readonly [JsonObject, string][] = [
    [{ templateId: 'welcome' }, 'templateId'],
    [{ templateId: TEMPLATE, subject: 'Hi' }, ''],
    [{ recipient: { type: 'LIST' } }, 'recipient.type'],
    [{ recipient: { type: 'CUSTOM' } }, 'recipient.customEmail'],
    [{ recipient: { type: 'CONTACT', cc: 'a@b.example' } }, 'recipient'],
    ...[
      '',
      'boss',
      'a@x.example, b@evil.example',
      'a@x.example\r\nRCPT TO:<b@evil.example>',
      '"Boss, the" <a@x.example>',
      'a@x.example\0',
      `${'a'.repeat(320)}@x.example`,
    ].map((address): [JsonObject, string] => [recipient(address), 'recipient.customEmail']),
  ]
  for (const [config, field] of bad)
    it(`cannot be ${JSON.stringify(config).slice(0, 100)}`, () => {
      const parsed = sendEmail.config.safeParse(config)
      assert.deepEqual(
        parsed.error?.issues.map(({ path }) => path.join('.')),
        [field],
      )
    })
})

describe('SEND_EMAIL decision', () => {
  const decide = (config: JsonObject, facts = someFacts(), templateId: typeof TEMPLATE | null = null) => {
    const { tools } = world({ step: aStep('SEND_EMAIL', config, { templateId }) })
    return sendEmail.decide(sendEmail.config.parse(config), facts, tools)
  }

  it('claims a call, with the template in the config or at the step', () => {
    const call = { type: 'call', timeoutMs: 30_000, host: null, retries: 4 }
    const config = sendEmail.config.parse({})
    assert.deepEqual(decide({ templateId: TEMPLATE }), call)
    assert.deepEqual(decide({}, someFacts(), TEMPLATE), call)
    assert.deepEqual(decide({ templateId: TEMPLATE, retries: 9 }), { ...call, retries: 9 })
    assert.deepEqual(sendEmail.branches(config), [])
    assert.deepEqual(sendEmail.needs(config), { contact: true, execution: true })
  })

  it('fails without a template', () => {
    const outcome = decide({})
    assert.deepEqual(outcome.type === 'fail' && outcome.error.code, 'CONFIG_INVALID')
  })

  for (const email of [
    'a@x.example, b@evil.example',
    'a@x.example\r\nRCPT TO:<b@evil.example>',
    '"A" <a@x.example>',
    'nobody',
  ])
    it(`fails for a contact called ${JSON.stringify(email)}`, () => {
      const outcome = decide({ templateId: TEMPLATE }, someFacts({ contact: aContact({ email }) }))
      assert.deepEqual(outcome.type === 'fail' && outcome.error.code, 'RECIPIENT_INVALID')
    })

  it('fails where there is nobody to write to', () => {
    const outcome = decide({ templateId: TEMPLATE }, someFacts({ contact: null }))
    assert.deepEqual(outcome.type === 'fail' && outcome.error.code, 'RECIPIENT_INVALID')
  })
})
