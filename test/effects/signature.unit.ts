import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { signatureHeaders } from '../../src/effects/signature.js'

const newSecret = () => `whsec_${randomBytes(24).toString('base64')}`

describe('Webhook signature', () => {
  const body = JSON.stringify({ name: 'Zoë', emoji: '🦉', nested: { list: [1, 2.5, null] } })
  const message = { id: 'execution:step', body, at: new Date() }

  it('is accepted by the reference library', () => {
    const secret = newSecret()
    assert.deepEqual(new Webhook(secret).verify(body, signatureHeaders(message, [secret])), JSON.parse(body))
  })

  it('is accepted by the holder of either secret while one replaces the other', () => {
    const secrets = [newSecret(), newSecret()]
    const headers = signatureHeaders(message, secrets)
    for (const secret of secrets) assert.ok(new Webhook(secret).verify(body, headers))
  })

  it('is refused with another secret, body, id or timestamp', () => {
    const secret = newSecret()
    const headers = signatureHeaders(message, [secret])
    assert.throws(() => new Webhook(newSecret()).verify(body, headers))
    assert.throws(() => new Webhook(secret).verify(`${body} `, headers))
    assert.throws(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'execution:other' }))
    const later = String(Number(headers['webhook-timestamp']) + 1)
    assert.throws(() => new Webhook(secret).verify(body, { ...headers, 'webhook-timestamp': later }))
  })

  it('matches a value worked out by hand', () => {
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      at: new Date(1_614_265_330_000),
    }
    const headers = signatureHeaders(signed, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
    assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })
})
