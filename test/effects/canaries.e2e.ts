import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'
import { createApiClient } from '../../scripts/apiClient.js'
import { newKey } from '../../scripts/keys.js'
import { makeWorkflow } from '../../scripts/workflows.js'
import { type WebhookSink, webhookSink } from '../support/effectWorld.js'
import { until } from '../support/engineWorld.js'
import { type LiveProcess, type LiveStage, openLiveStage } from '../support/liveStage.js'
import { type SmtpSink, smtpSink } from '../support/smtpSink.js'
import { produce, readTopic } from '../support/topicTools.js'

const whsec = (text: string) => `whsec_${Buffer.from(text).toString('base64').replace(/=+$/, '')}`

/** Planted where secrets belong; none may come out anywhere. */
const CANARIES = {
  webhookSecret: whsec('canary-of-the-webhook-secret'),
  previousSecret: whsec('canary-of-the-previous-secret'),
  wrongSecret: 'canary-that-is-no-secret',
  smtpPassword: 'canary-of-smtp',
  secretKey: newKey('sk'),
  publicKey: newKey('pk'),
} as const

describe('Secrets', function () {
  this.timeout(120_000)
  let hooks: WebhookSink
  let collector: WebhookSink
  let mails: SmtpSink
  let stage: LiveStage
  let live: LiveProcess
  const answers: string[] = []
  const kafka = () =>
    new kafkajs.Kafka({ brokers: stage.brokers.split(','), logLevel: kafkajs.logLevel.NOTHING })

  before(async () => {
    hooks = await webhookSink((request) => request.answer(500, { no: 'thanks' }))
    collector = await webhookSink()
    mails = await smtpSink({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => done(new Error(`535 wrong password: ${password}`)),
    })
    stage = await openLiveStage({
      LOG_LEVEL: 'trace',
      WEBHOOK_ALLOW: hooks.pair,
      SMTP_URL: mails.url.replace('//', `//mailer:${CANARIES.smtpPassword}@`),
      MILLRACE_SECRET_KEY: CANARIES.secretKey,
      MILLRACE_PUBLIC_KEY: CANARIES.publicKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    })
    live = await stage.start()
  })
  after(async () => {
    await stage.close()
    await hooks.close()
    await collector.close()
    await mails.close()
  })

  /** One call with the secret key; what it answers is searched at the end. */
  async function call(method: string, path: string, body?: unknown): Promise<string> {
    const response = await fetch(`${live.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${CANARIES.secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    answers.push(`${method} ${path}\n${text}`)
    return text
  }

  it('stand in no answer, log, topic or trace', async () => {
    const api = createApiClient(live.base, CANARIES.secretKey)
    const template = { name: 'T', subject: 's', body: 'b', from: 'team@shop.example' }
    const { id: templateId } = await api.post<{ id: string }>('/templates', template)
    const { webhookSecret: secret, previousSecret } = CANARIES
    const config = { url: hooks.url, retries: 0, secret, previousSecret }
    const { id, steps } = await makeWorkflow(api, {
      name: 'canaries',
      eventName: 'go',
      steps: {
        hook: { type: 'WEBHOOK', config },
        mail: { type: 'SEND_EMAIL', config: { templateId, retries: 0 } },
      },
      arrows: [
        ['trigger', 'hook'],
        ['hook', 'mail'],
      ],
    })
    await call('POST', '/v1/track', { event: 'go', email: 'ada@example.com' })
    await until('the execution failed', async () =>
      (await call('GET', `/workflows/${id}/executions`)).includes('"FAILED"'),
    )
    assert.equal(hooks.received.length, 1)
    await call('PATCH', `/workflows/${id}/steps/${steps['hook']}`, {
      config: { ...config, secret: CANARIES.wrongSecret, colour: secret },
    })
    await call('POST', `/workflows/${id}/steps`, {
      type: 'WEBHOOK',
      name: 'x',
      config: { ...config, url: 'x' },
    })
    await call('POST', `/workflows/${id}/steps`, { type: 'DELAY', name: 'x', config })
    await call('POST', `/workflows/${id}/duplicate`)
    await call('POST', '/workflows/import', JSON.parse(await call('GET', `/workflows/${id}/export`)))
    const [, executionId] = /"id":"([0-9a-f-]{36})"/.exec(await call('GET', '/executions')) ?? []
    await call('GET', `/workflows/${id}/executions/${executionId}`)
    await call('GET', `/workflows/${id}/steps/${steps['hook']}`)
    await readEverything(id)
    const { id: projectId } = JSON.parse(await call('GET', '/project')) as { id: string }
    await produce({ kafka: kafka() } as never, `${stage.prefix}contact-events`, [
      { value: JSON.stringify({ projectId, name: 'go' }) },
    ])
    const parked = () => readTopic({ kafka: kafka() } as never, `${stage.prefix}dead-letters`)
    await until('the broken event is parked', async () => (await parked()).length > 0)
    await until('traces came', () => collector.received.length > 0)
    live.signal('SIGTERM')
    await live.exited
    const traces = collector.received.map(({ body }) => body)
    assertClean({ answers, log: [live.output()], topics: await everyMessage(), traces })
  })

  /** Every list and page of the API, with the id of the workflow where one is asked for. */
  async function readEverything(id: string): Promise<void> {
    const { paths } = JSON.parse(await call('GET', '/openapi.json')) as { paths: Record<string, object> }
    const readable = Object.entries(paths).filter(([, operations]) => 'get' in operations)
    for (const [path] of readable) await call('GET', path.replace('{id}', id))
  }

  async function everyMessage(): Promise<string[]> {
    const admin = kafka().admin()
    await admin.connect()
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(stage.prefix))
    await admin.disconnect()
    const messages: string[] = []
    for (const topic of topics) {
      const read = await readTopic({ kafka: kafka() } as never, topic)
      messages.push(
        ...read.map(({ key, value, headers }) => `${topic} ${key} ${value} ${JSON.stringify(headers)}`),
      )
    }
    return messages
  }
})

function assertClean(places: Readonly<Record<string, readonly string[]>>): void {
  for (const [place, texts] of Object.entries(places)) {
    assert.ok(texts.join('').length > 0, `nothing in ${place}`)
    for (const [name, canary] of Object.entries(CANARIES)) {
      const found = texts.find((text) => text.includes(canary.replace(/^whsec_/, '')))
      assert.equal(found, undefined, `${name} stands in ${place}`)
    }
  }
}
