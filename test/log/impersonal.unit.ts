import assert from 'node:assert/strict'
import { MillraceError } from '../../src/errors.js'
import { createAnnouncer } from '../../src/events.js'
import { impersonal, impersonalError } from '../../src/log/impersonal.js'
import { createLogger, logAnnouncements } from '../../src/log.js'

const EMAIL = 'ada.lovelace+x@example.org'
const SECRET = 'seat 14C, window'

/** Errors as libraries throw them. */
function jsonFault(): unknown {
  try {
    return JSON.parse(`{"note": "${SECRET}" ${EMAIL}}`)
  } catch (error) {
    return error
  }
}
const duplicate = Object.assign(
  new Error(`E11000 duplicate key error collection: m.contacts index: a dup key: { email: "${EMAIL}" }`),
  { code: 11000, keyValue: { email: EMAIL }, op: { note: SECRET } },
)
const smtp = Object.assign(new Error(`550 5.1.1 <${EMAIL}>: no such user`), {
  code: 'EENVELOPE',
  rejected: [EMAIL],
})

describe('what is logged of errors', () => {
  for (const [name, error] of [
    ['of JSON', jsonFault()],
    ['of a duplicate key', duplicate],
    ['of a mail server', smtp],
    ['with a cause', new MillraceError('INTERNAL_ERROR', `about ${EMAIL}`, { cause: duplicate })],
    ['that are no errors', { toString: () => `"${SECRET}" of ${EMAIL}` }],
  ] as const) {
    it(`${name} says nothing of a person`, () => {
      const logged = JSON.stringify(impersonalError(error))
      assert.doesNotMatch(logged, /ada|lovelace|14C/)
    })
  }

  it('keeps type, code, place and words', () => {
    const { type, code, message, at } = impersonalError(duplicate)
    assert.deepEqual([type, code], ['Error', 11000])
    assert.match(message, /^E11000 duplicate key error collection: m.contacts index/)
    assert.match(at[0] ?? '', /^at .*impersonal\.unit/)
    assert.equal(
      impersonalError(new MillraceError('BROKER_AWAY', 'Kafka at k:1 is "away"')).message,
      'Kafka at k:1 is "away"',
    )
    const fault = new TypeError("Cannot read properties of undefined (reading 'dueAt')")
    assert.match(impersonalError(fault).message, /reading 'dueAt'/)
  })

  it('bounds text and causes', () => {
    const circle = new Error('a')
    circle.cause = circle
    assert.ok(JSON.stringify(impersonalError(circle)).length < 20_000)
    assert.ok(impersonal('x'.repeat(9_999)).length <= 500)
  })
})

describe('the log', () => {
  it('names ids and leaves out what a letter says of values', () => {
    const lines: string[] = []
    const announcer = createAnnouncer()
    logAnnouncements(announcer, createLogger('debug', { write: (line) => lines.push(line) }))
    const place = { topic: 'events', partition: 1, offset: '7', reason: 'bad_email' }
    announcer.announce('messages.parked', { ...place, message: `email: "${EMAIL}" is none` })
    announcer.announce('failure', { where: 'GET /contacts', error: smtp, requestId: 'r-1' })
    announcer.announce('client.said', { client: 'kafkajs', level: 'error', text: `lost ${EMAIL}` })
    assert.doesNotMatch(lines.join(''), /ada|lovelace/)
    const [parked, failure, said] = lines.map((line) => JSON.parse(line))
    assert.deepEqual([parked.msg, parked.reason, parked.offset], ['messages.parked', 'bad_email', '7'])
    assert.deepEqual([failure.requestId, failure.err.code], ['r-1', 'EENVELOPE'])
    assert.equal(said.text, 'lost [e-mail]')
  })
})
