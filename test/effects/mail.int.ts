import assert from 'node:assert/strict'
import { createMailer } from '../../src/effects/mail.js'
import type { Mail, Mailer } from '../../src/effects/ports.js'
import { parseMail, type SmtpSink, smtpSink } from '../support/smtpSink.js'

const mail = (more: Partial<Mail> = {}): Mail => ({
  messageId: '<execution.step@millrace.example>',
  to: 'ada@example.com',
  from: 'team@shop.example',
  fromName: null,
  replyTo: null,
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: {},
  timeoutMs: 5_000,
  ...more,
})

/** The text part's content after the transfer encoding is undone. */
function textOf(raw: string): string {
  const part =
    raw.split(/\r\n--[^\r\n]+\r\n/).find((piece) => /^content-type: text\/plain/i.test(piece)) ?? ''
  const [head = '', ...rest] = part.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  if (!/quoted-printable/i.test(head)) return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

describe('Mail over SMTP', () => {
  let sink: SmtpSink
  let mailer: Mailer & { close(): Promise<void> }

  before(async () => {
    sink = await smtpSink()
    mailer = createMailer({ smtpUrl: sink.url, envelopeFrom: 'bounces@millrace.example', connections: 10 })
  })
  beforeEach(() => {
    sink.mails.length = 0
  })
  after(async () => {
    await mailer.close()
    await sink.close()
  })

  async function sent(more: Partial<Mail>) {
    const result = await mailer.send(mail(more))
    assert.equal(result.type, 'sent', JSON.stringify(result))
    const [received] = sink.mails
    assert.ok(received !== undefined && sink.mails.length === 1)
    return { ...received, ...parseMail(received.raw) }
  }

  it('has the given identity, sender, recipient and headers', async () => {
    const headers = {
      'List-Unsubscribe': '<https://m.example/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }
    const got = await sent({ fromName: 'The Shop', replyTo: 'help@shop.example', headers })
    assert.equal(got.from, 'bounces@millrace.example')
    assert.deepEqual(got.to, ['ada@example.com'])
    assert.equal(got.headers.get('message-id'), '<execution.step@millrace.example>')
    assert.equal(got.headers.get('from'), 'The Shop <team@shop.example>')
    assert.equal(got.headers.get('to'), 'ada@example.com')
    assert.equal(got.headers.get('reply-to'), 'help@shop.example')
    assert.equal(got.headers.get('list-unsubscribe'), '<https://m.example/u/1>')
    assert.equal(got.headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
    assert.match(got.headers.get('content-type') ?? '', /^multipart\/alternative/)
  })

  it('keeps its connections', async () => {
    for (let i = 0; i < 5; i++) assert.equal((await mailer.send(mail())).type, 'sent')
    assert.ok(sink.connections() <= 2)
  })

  for (const [what, more] of [
    ['subject', { subject: 'Hi\r\nBcc: x@evil.example' }],
    ['name of the sender', { fromName: 'Eve\r\nBcc: x@evil.example' }],
    ['name of the sender, quoted', { fromName: '"a" <x@evil.example>, "b\\' }],
    ['header', { headers: { 'X-Note': 'a\r\nBcc: x@evil.example' } }],
    ['Message-ID', { messageId: '<a@b>\r\nBcc: x@evil.example' }],
  ] as const)
    it(`lets no ${what} add a header or a recipient`, async () => {
      const got = await sent(more)
      assert.deepEqual(got.to, ['ada@example.com'])
      assert.equal(got.headers.has('bcc'), false)
      assert.ok(!got.lines.some((line) => /^bcc:/i.test(line)))
    })

  const RECIPIENTS = [
    'a@x.example, b@evil.example',
    'a@x.example;b@evil.example',
    'a@x.example b@evil.example',
    'a@x.example\r\nRCPT TO:<b@evil.example>',
    'a@x.example>\r\nRCPT TO:<b@evil.example',
    'a@x.example\0',
    'Ada <a@x.example>',
    '"Ada" <a@x.example>',
    '"b@evil.example"@x.example',
    '<a@x.example>',
    'group:a@x.example;',
    'a@x.example(comment)',
    'a@[127.0.0.1]',
    'a@localhost',
    `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(190)}.example`,
    `a@${'b.'.repeat(157)}example`,
    'no-at-sign',
    '@x.example',
    '',
  ]
  for (const to of RECIPIENTS)
    it(`refuses the recipient ${JSON.stringify(to).slice(0, 60)}`, async () => {
      const result = await mailer.send(mail({ to }))
      assert.equal(result.type === 'failed' && result.retriable, false)
      assert.equal(sink.mails.length, 0)
    })

  it('writes an international domain in ASCII', async () => {
    const got = await sent({ to: 'ada@bücher.example' })
    assert.equal(got.headers.get('to'), 'ada@xn--bcher-kva.example')
  })

  for (const [what, text] of [
    ['lines of one dot', 'a\n.\n..\n.\r\nQUIT\r\nb'],
    ['lines over 998 characters', `${'x'.repeat(3_000)}\n${'ü'.repeat(2_000)}`],
    ['a dot after a bare line feed', 'a\n.\nMAIL FROM:<x@evil.example>\nb'],
  ] as const)
    it(`carries ${what} unharmed`, async () => {
      const got = await sent({ text, html: `<p>${text}</p>` })
      assert.ok(got.lines.every((line) => Buffer.byteLength(line) <= 998))
      assert.equal(textOf(got.raw).trimEnd().replace(/\r\n/g, '\n'), text.replace(/\r\n/g, '\n'))
    })

  it('reads nothing from files or addresses that its content names', async () => {
    const got = await sent({
      html: '<img src="file:///etc/passwd"><img src="http://127.0.0.1/x">',
      text: 'file:///etc/passwd',
    })
    assert.ok(!got.raw.includes('root:'))
  })

  it('is only kept where no server is configured', async () => {
    const keeper = createMailer({ smtpUrl: null, envelopeFrom: 'bounces@millrace.example', connections: 10 })
    assert.deepEqual(await keeper.send(mail()), { type: 'captured', ms: 0 })
  })
})
