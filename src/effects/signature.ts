import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

export interface Signed {
  /** The message's identity: the same on every try. */
  readonly id: string
  /** The body, byte for byte as it is sent. */
  readonly body: string
  readonly at: Date
}

/**
 * The headers of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one signature for each secret
 * (several while one replaces another), seconds since 1970 as the timestamp.
 */
export function signatureHeaders(signed: Signed, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(signed.at.getTime() / 1000))
  const content = `${signed.id}.${timestamp}.${signed.body}`
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`,
  )
  return {
    'webhook-id': signed.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
}
