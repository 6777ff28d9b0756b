import assert from 'node:assert/strict'
import { until } from './support/engineWorld.js'
import { type LiveApi, startLiveApi } from './support/liveApi.js'
import { httpSink, type Sink } from './support/sink.js'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const traceparentOf = ({ traceId, spanId }: { traceId: string; spanId: string }) =>
  `00-${traceId}-${spanId}-01`
const EMAIL = 'ada@example.com'

describe('a trace', function () {
  this.timeout(120_000)
  let [api, hooks, collector]: [LiveApi | null, Sink | null, Sink | null] = [null, null, null]
  const called: (string | undefined)[] = []
  const bodies: string[] = []
  const spans = () =>
    bodies.flatMap((body) =>
      (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(
        (one) => one.scopeSpans.flatMap((scope) => scope.spans),
      ),
    )
  const named = (name: string) => spans().filter((span) => span.name === name)

  before(async () => {
    hooks = await httpSink((request, response) => {
      called.push(request.headers['traceparent'] as string | undefined)
      response.end('{}')
    })
    collector = await httpSink(async (request, response) => {
      bodies.push(Buffer.concat(await request.toArray()).toString())
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
    })
    api = await startLiveApi({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      WEBHOOK_ALLOW: hooks.pair,
    })
  })
  after(async () => {
    await api?.close()
    await hooks?.close()
    await collector?.close()
  })

  async function given(): Promise<void> {
    const position = { x: 0, y: 0 }
    const step = (key: string, type: string, config: object) => ({ key, type, name: key, position, config })
    const made = await api?.call('POST', '/workflows/import', {
      body: {
        name: 'traced',
        triggerType: 'EVENT',
        triggerConfig: { eventName: 'signed_up' },
        steps: [
          step('nap', 'DELAY', { amount: 0.2, unit: 'seconds' }),
          step('call', 'WEBHOOK', { url: hooks?.url }),
        ],
        transitions: [
          { from: 'trigger', to: 'nap', priority: 0 },
          { from: 'nap', to: 'call', priority: 0 },
        ],
      },
    })
    assert.equal(made?.status, 201, JSON.stringify(made?.body))
    const enabled = await api?.call('PATCH', `/workflows/${made?.at('id')}`, { body: { enabled: true } })
    assert.equal(enabled?.status, 200)
  }

  it('leads from who sends an event over HTTP, Kafka and a delay to the webhook', async () => {
    await given()
    const body = { name: 'signed_up', email: EMAIL }
    const headers = { traceparent: traceparentOf(CALLER) }
    assert.equal((await api?.call('POST', '/events', { body, headers }))?.status, 202)
    await until('the webhook was called', () => called.length === 1, 40_000)
    await until(
      'all spans are there',
      () => named('call WEBHOOK').length === 1 && named('start execution').length === 1,
    )
    await until(
      'the steps are there',
      () => named('step DELAY').length === 1 && named('step WEBHOOK').length === 1,
    )
    const all = spans().filter(({ traceId }) => traceId === CALLER.traceId)
    const names = new Set(all.map(({ name }) => name))
    assert.deepEqual(
      names,
      new Set(['POST', 'start execution', 'step DELAY', 'step WEBHOOK', 'call WEBHOOK']),
    )
    const [request] = all.filter(({ name }) => name === 'POST')
    assert.equal(request?.parentSpanId, CALLER.spanId)
    for (const span of all.filter((one) => one !== request))
      assert.equal(span.parentSpanId, request?.spanId, span.name)
    const [call] = named('call WEBHOOK')
    assert.equal(called[0], call === undefined ? 'none' : traceparentOf(call))
  })

  it('begins with the request where its sender has none', async () => {
    const body = { name: 'signed_up', email: 'bob@example.com' }
    const sent = spans().length
    assert.equal(
      (await api?.publicCall('POST', '/v1/track', { body: { event: body.name, email: body.email } }))?.status,
      200,
    )
    await until('the webhook was called', () => called.length === 2, 40_000)
    await until('its span is there', () => spans().length > sent && named('call WEBHOOK').length === 2)
    const [, call] = named('call WEBHOOK')
    assert.equal(called[1]?.split('-')[1], call?.traceId)
  })

  it('says nothing of the person', () => {
    assert.doesNotMatch(bodies.join(''), /ada@|bob@/)
  })
})
