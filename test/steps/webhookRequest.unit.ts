import assert from 'node:assert/strict'
import type { EffectResult, HttpCall } from '../../src/effects/ports.js'
import type { Facts } from '../../src/steps/definition.js'
import { webhook } from '../../src/steps/webhook.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aStep, CONTACT, EXECUTION, STEP, someFacts, WORKFLOW } from '../support/effectFacts.js'
import { world } from '../support/effectTools.js'

const url = 'https://hooks.example/in'

async function run(
  config: JsonObject,
  facts: Facts = someFacts(),
): Promise<{ result: EffectResult | undefined; calls: HttpCall[] }> {
  const { tools, calls } = world({ step: aStep('WEBHOOK', config) })
  return { result: await webhook.effect?.(webhook.config.parse(config), facts, tools), calls }
}

async function requestOf(config: JsonObject, facts?: Facts): Promise<HttpCall> {
  const { calls, result } = await run(config, facts)
  const [call] = calls
  assert.ok(call !== undefined && calls.length === 1, JSON.stringify(result))
  return call
}

describe('WEBHOOK request', () => {
  it('posts contact, workflow, execution and event by default', async () => {
    const request = await requestOf({ url })
    assert.deepEqual(JSON.parse(request.body ?? ''), {
      contact: {
        id: CONTACT,
        email: 'ada@example.com',
        subscribed: true,
        data: { firstName: 'Ada', plan: 'pro' },
      },
      workflow: { id: WORKFLOW, name: 'Welcome' },
      execution: { id: EXECUTION, startedAt: '2025-03-01T09:00:00.000Z' },
      event: { source: 'ads' },
    })
    assert.equal(request.url, url)
    assert.equal(request.method, 'POST')
    assert.equal(request.timeoutMs, 10_000)
    assert.equal(request.signing, null)
    assert.deepEqual(request.headers, {
      accept: 'application/json, */*;q=0.5',
      'content-type': 'application/json',
      'user-agent': 'Millrace',
      'webhook-id': `${EXECUTION}:${STEP}`,
    })
  })

  it('sends no body and no content type with GET', async () => {
    const request = await requestOf({ url, method: 'GET', body: { a: 1 } })
    assert.equal(request.body, null)
    assert.equal(request.headers['content-type'], undefined)
  })

  it('renders URL, header values and the strings of the body, keys and other values aside', async () => {
    const request = await requestOf(
      {
        url: 'https://{{ event.host }}/{{ contact.email | url_encode }}?plan={{ data.plan }}',
        headers: { 'Content-Type': 'text/x-{{ data.plan }}', 'X-Flow': '{{ workflow.name }}' },
        body: { '{{ key }}': ['{{ steps.s1.output.n }}', 1, true, null, { deep: '{{ execution.id }}' }] },
      },
      someFacts({ context: { host: 'in.example' }, steps: { s1: { output: { n: 7 } } } }),
    )
    assert.equal(request.url, 'https://in.example/ada%40example.com?plan=pro')
    assert.equal(request.headers['content-type'], 'text/x-pro')
    assert.equal(request.headers['x-flow'], 'Welcome')
    assert.deepEqual(JSON.parse(request.body ?? ''), {
      '{{ key }}': ['7', 1, true, null, { deep: EXECUTION }],
    })
  })

  it('never reads data as a template', async () => {
    const contact = aContact({ data: { name: '{{ execution.id }}<b>' } })
    const request = await requestOf({ url, body: '{{ data.name }}' }, someFacts({ contact }))
    assert.equal(request.body, JSON.stringify('{{ execution.id }}<b>'))
  })

  it('has the same identity and body on every try, and is signed by both secrets while one replaces the other', async () => {
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_c2Vjb25kIHNlY3JldA==']
    const config = { url, secret: secrets[0] ?? '', previousSecret: secrets[1] ?? '' }
    const [first, second] = [await requestOf(config), await requestOf(config)]
    assert.deepEqual(first, second)
    assert.deepEqual(first.signing, { id: `${EXECUTION}:${STEP}`, secrets })
  })

  it('sends an empty contact where there is none any more', async () => {
    const request = await requestOf({ url }, someFacts({ contact: null }))
    assert.deepEqual(JSON.parse(request.body ?? '').contact, {
      id: null,
      email: null,
      subscribed: null,
      data: {},
    })
  })

  const evil = (value: string) => someFacts({ context: { evil: value } })
  const refused: readonly [string, JsonObject, Facts, RegExp][] = [
    [
      'a line break in a rendered header',
      { url, headers: { 'X-A': '{{ event.evil }}' } },
      evil('a\r\nX-B: 1'),
      /^headers\.X-A: has a line break/,
    ],
    [
      'U+0100 in a rendered header',
      { url, headers: { 'X-A': '{{ event.evil }}' } },
      evil('Ā'),
      /^headers\.X-A/,
    ],
    [
      'another scheme after rendering',
      { url: '{{ event.evil }}' },
      evil('file:///etc/passwd'),
      /^url: must be http/,
    ],
    [
      'credentials after rendering',
      { url: 'https://{{ event.evil }}/' },
      evil('good.example@evil.example'),
      /^url: must not hold credentials/,
    ],
    [
      'a backslash after rendering',
      { url: 'https://good.example{{ event.evil }}' },
      evil('\\@evil.example'),
      /^url: has white space/,
    ],
    ['an empty URL after rendering', { url: '{{ event.nothing }}' }, evil(''), /^url: is no absolute URL/],
    ['a template that fails', { url, body: '{{ event.evil | nope }}' }, evil(''), /^body: .*nope/],
    [
      'a body over 2 MiB',
      { url, body: ['{{ event.evil }}', '{{ event.evil }}', '{{ event.evil }}'] },
      evil('x'.repeat(900_000)),
      /^body: is over/,
    ],
  ]
  for (const [what, config, facts, message] of refused) {
    it(`is not sent with ${what}`, async () => {
      const { result, calls } = await run(config, facts)
      assert.equal(calls.length, 0)
      assert.ok(result?.type === 'done' && result.branch === 'failure')
      const output = result.output as { error: string }
      assert.match(output.error, message)
    })
  }

  it('does not take a defect of the renderer for a fault of the request', async () => {
    const { tools } = world({ step: aStep('WEBHOOK', { url }) })
    const render = () => {
      throw new TypeError('broken')
    }
    const config = webhook.config.parse({ url })
    const effect = webhook.effect?.(config, someFacts(), { ...tools, renderer: { render } })
    await assert.rejects(async () => effect, /broken/)
  })
})
