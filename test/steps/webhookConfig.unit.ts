import assert from 'node:assert/strict'
import { webhook } from '../../src/steps/webhook.js'
import type { JsonObject } from '../../src/workflow/json.js'

const url = 'https://hooks.example/in'
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('WEBHOOK config', () => {
  it('has the defaults of the contract', () => {
    assert.deepEqual(webhook.config.parse({ url }), {
      url,
      method: 'POST',
      headers: {},
      timeoutSeconds: 10,
      retries: 4,
      onFailure: 'continue',
    })
  })

  const good: JsonObject[] = [
    { url: 'http://hooks.example:8080/a?b=c#d' },
    { url: 'https://{{ contact.data.host }}/{{ event.id | url_encode }}' },
    { url: '{{ event.callbackUrl }}' },
    { url, method: 'GET', timeoutSeconds: 1, retries: 0, onFailure: 'fail' },
    { url, timeoutSeconds: 30, retries: 10 },
    {
      url,
      headers: { Authorization: 'Bearer {{ data.token }}', 'X-Latin': 'Zoë', 'X-Tab': 'a\tb', 'X-Empty': '' },
    },
    { url, body: null },
    { url, body: [1, 'two', { three: '{{ data.three }}' }] },
    { url, secret: SECRET },
    { url, secret: SECRET, previousSecret: 'whsec_c2Vjb25kIHNlY3JldA==' },
  ]
  for (const config of good)
    it(`takes ${JSON.stringify(config).slice(0, 90)}`, () =>
      assert.equal(webhook.config.safeParse(config).success, true))

  const bad: readonly [JsonObject, string][] = [
    [{}, 'url'],
    [{ url: '' }, 'url'],
    [{ url: 'hooks.example' }, 'url'],
    [{ url: '/path' }, 'url'],
    [{ url: 'ftp://hooks.example/' }, 'url'],
    [{ url: 'file:///etc/passwd' }, 'url'],
    [{ url: 'gopher://{{ data.host }}/' }, 'url'],
    [{ url: 'https://user:pass@hooks.example/' }, 'url'],
    [{ url: 'https://good.example\\@evil.example/' }, 'url'],
    [{ url: 'https://hooks.example/\r\nX: 1' }, 'url'],
    [{ url: 'https://hooks.example/{{ a }}\n' }, 'url'],
    [{ url: 'https://hooks.example/a b' }, 'url'],
    [{ url: 'https://[fe80::1%25eth0]/' }, 'url'],
    [{ url, method: 'HEAD' }, 'method'],
    [{ url, timeoutSeconds: 0.5 }, 'timeoutSeconds'],
    [{ url, timeoutSeconds: 31 }, 'timeoutSeconds'],
    [{ url, retries: -1 }, 'retries'],
    [{ url, retries: 11 }, 'retries'],
    [{ url, retries: 1.5 }, 'retries'],
    [{ url, onFailure: 'stop' }, 'onFailure'],
    [{ url, secret: 'secret' }, 'secret'],
    [{ url, secret: 'whsec_' }, 'secret'],
    [{ url, secret: 'whsec_no-base64!' }, 'secret'],
    [{ url, previousSecret: SECRET }, 'previousSecret'],
    [{ url, unknown: 1 }, ''],
    [{ url, headers: { 'X-A': 1 } }, 'headers.X-A'],
    [{ url, headers: { 'X-A': 'a\r\nX-B: 1' } }, 'headers.X-A'],
    [{ url, headers: { 'X-A': 'a\nb' } }, 'headers.X-A'],
    [{ url, headers: { 'X-A': 'a\0' } }, 'headers.X-A'],
    [{ url, headers: { 'X-A': 'Ā' } }, 'headers.X-A'],
    [{ url, headers: { 'X-A': 'a'.repeat(8193) } }, 'headers.X-A'],
    [{ url, headers: { 'X A': 'a' } }, 'headers.X A'],
    [{ url, headers: { 'X-Ä': 'a' } }, 'headers.X-Ä'],
    [{ url, headers: { '': 'a' } }, 'headers.'],
    [{ url, headers: { 'X-A': 'a', 'x-a': 'b' } }, 'headers.x-a'],
    [{ url, headers: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`X-${i}`, 'a'])) }, 'headers'],
    ...[
      'Host',
      'host',
      'Content-Length',
      'Transfer-Encoding',
      'Connection',
      'webhook-id',
      'Webhook-Signature',
      'WEBHOOK-X',
      'Expect',
      'Upgrade',
    ].map((name): [JsonObject, string] => [{ url, headers: { [name]: 'a' } }, `headers.${name}`]),
  ]
  for (const [config, field] of bad)
    it(`refuses ${JSON.stringify(config).slice(0, 90)}`, () => {
      const parsed = webhook.config.safeParse(config)
      assert.deepEqual(
        parsed.error?.issues.map(({ path }) => path.join('.')),
        [field],
      )
    })

  it('names what is never shown, and what is Liquid', () => {
    assert.deepEqual(webhook.writeOnly, ['secret', 'previousSecret'])
    assert.deepEqual(webhook.liquid, ['url', 'headers', 'body'])
  })

  it('has two branches and needs contact and execution', () => {
    const config = webhook.config.parse({ url })
    assert.deepEqual(webhook.branches(config), ['success', 'failure'])
    assert.deepEqual(webhook.needs(config), { contact: true, execution: true })
  })
})
