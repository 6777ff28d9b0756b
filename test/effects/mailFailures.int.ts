import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import type { SMTPServerOptions } from 'smtp-server'
import { createMailer } from '../../src/effects/mail.js'
import type { Mail } from '../../src/effects/ports.js'
import { rawSink } from '../support/sink.js'
import { type Answers, smtpScript } from '../support/smtpScript.js'
import { smtpSink } from '../support/smtpSink.js'

const mail: Mail = {
  messageId: '<execution.step@millrace.example>',
  to: 'ada@example.com',
  from: 'team@shop.example',
  fromName: null,
  replyTo: null,
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: {},
  timeoutMs: 1_500,
}

async function sendTo(smtpUrl: string) {
  const mailer = createMailer({ smtpUrl, envelopeFrom: 'bounces@millrace.example', connections: 10 })
  try {
    return await mailer.send(mail)
  } finally {
    await mailer.close()
  }
}

function saying(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode })
}

describe('Mail that cannot be sent', () => {
  const replies: readonly [string, SMTPServerOptions, boolean][] = [
    [
      '450 to the recipient',
      { onRcptTo: (_address, _session, done) => done(saying('greylisted', 450)) },
      true,
    ],
    [
      '550 to the recipient',
      { onRcptTo: (_address, _session, done) => done(saying('no such user', 550)) },
      false,
    ],
    ['451 to the sender', { onMailFrom: (_address, _session, done) => done(saying('later', 451)) }, true],
    ['553 to the sender', { onMailFrom: (_address, _session, done) => done(saying('never', 553)) }, false],
    [
      '452 to the content',
      { onData: (stream, _session, done) => stream.resume().on('end', () => done(saying('full', 452))) },
      true,
    ],
    [
      '554 to the content',
      { onData: (stream, _session, done) => stream.resume().on('end', () => done(saying('spam', 554))) },
      false,
    ],
    ['421 at the greeting', { onConnect: (_session, done) => done(saying('busy', 421)) }, true],
  ]
  for (const [what, options, retriable] of replies)
    it(`may ${retriable ? '' : 'not '}be tried again after ${what}`, async () => {
      const sink = await smtpSink(options)
      const result = await sendTo(sink.url)
      await sink.close()
      assert.equal(result.type, 'failed')
      assert.equal(result.type === 'failed' && result.retriable, retriable, JSON.stringify(result))
      assert.equal(result.type === 'failed' && result.unknown, false)
    })

  const breaks: readonly [string, Answers, 'sent' | 'unsent' | 'unknown'][] = [
    ['hangs at the greeting', { greeting: () => undefined }, 'unsent'],
    ['closes at the greeting', { greeting: (socket) => socket.end() }, 'unsent'],
    [
      'speaks something else',
      { greeting: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
      'unsent',
    ],
    ['closes instead of answering DATA', { DATA: (socket) => socket.end() }, 'unsent'],
    ['hangs at DATA', { DATA: () => undefined }, 'unsent'],
    ['closes after the content, before its answer', { end: (socket) => socket.end() }, 'unknown'],
    ['resets after the content, before its answer', { end: (socket) => socket.resetAndDestroy() }, 'unknown'],
    ['hangs after the content', { end: () => undefined }, 'unknown'],
    ['closes after its answer to the content', { end: (socket) => socket.end('250 taken\r\n') }, 'sent'],
  ]
  for (const [what, answers, fate] of breaks)
    it(`knows its fate with a server that ${what}: ${fate}`, async () => {
      const sink = await rawSink(smtpScript(answers))
      const started = performance.now()
      const result = await sendTo(`smtp://${sink.pair}`)
      await sink.close()
      assert.ok(performance.now() - started < mail.timeoutMs + 2_000)
      if (fate === 'sent') return assert.equal(result.type, 'sent')
      assert.equal(result.type === 'failed' && result.retriable, true, JSON.stringify(result))
      assert.equal(result.type === 'failed' && result.unknown, fate === 'unknown', JSON.stringify(result))
    })

  it('may be tried again when nobody listens', async () => {
    const result = await sendTo('smtp://127.0.0.1:1')
    assert.equal(result.type === 'failed' && result.retriable, true)
    assert.equal(result.type === 'failed' && result.unknown, false)
  })

  it('may be tried again when the server does not know us', async () => {
    const sink = await smtpSink({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(saying('bad credentials', 535)),
    })
    const result = await sendTo(sink.url.replace('//', '//user:secret@'))
    await sink.close()
    assert.equal(result.type === 'failed' && result.retriable, true, JSON.stringify(result))
  })

  it('does not repeat the password that the server repeats', async () => {
    const sink = await smtpSink({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        const plain = Buffer.from(`\0${username}\0${password}`).toString('base64')
        done(saying(`no ${password} ${plain}`, 535))
      },
    })
    const result = await sendTo(sink.url.replace('//', '//user:s%C3%A9cret@'))
    await sink.close()
    assert.match(result.type === 'failed' ? result.message : '', /no \*\*\* \*\*\*/)
  })

  it('is not sent in the clear when TLS is asked for', async () => {
    const sink = await smtpSink()
    const result = await sendTo(`${sink.url}?requireTLS=true`)
    assert.equal(result.type, 'failed')
    assert.equal(sink.mails.length, 0)
    await sink.close()
  })
})
