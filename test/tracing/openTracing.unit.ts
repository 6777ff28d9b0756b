import assert from 'node:assert/strict'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { noteSteps, withTraceOf } from '../../consumers/stepping/trace.js'
import { openTracing } from '../../src/tracing/openTracing.js'

const ID = '0190a1b2-c3d4-8e5f-9a6b-7c8d9e0f1a2b'

describe('tracing', () => {
  const exporter = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor(exporter)
  const tracing = openTracing({ serviceName: 'test', version: '1', processor })
  const plan = (parent?: string) => ({ name: 'work', kind: 'internal', parent, attributes: {} }) as const
  after(() => tracing.close())
  beforeEach(() => exporter.reset())

  it('gives an execution that came without a trace one of its own id', () => {
    tracing.note(plan(tracing.ofExecution(ID)), new Date(0), new Date(5))
    const [span] = exporter.getFinishedSpans()
    assert.equal(span?.spanContext().traceId, ID.replaceAll('-', ''))
    assert.deepEqual(
      [span?.startTime, span?.endTime],
      [
        [0, 0],
        [0, 5_000_000],
      ],
    )
  })

  it('carries a span along what is awaited in it, and nothing outside', async () => {
    assert.equal(tracing.current(), undefined)
    const inside = await tracing.inSpan(plan(), async () => {
      await Promise.resolve()
      return tracing.current()
    })
    const context = exporter.getFinishedSpans()[0]?.spanContext()
    assert.equal(inside, `00-${context?.traceId}-${context?.spanId}-01`)
    assert.equal(tracing.current(), undefined)
  })

  it('marks a span whose work failed, without its words', async () => {
    const work = () => Promise.reject(new TypeError('about ada@example.com'))
    await assert.rejects(tracing.inSpan(plan(), work), TypeError)
    assert.deepEqual(exporter.getFinishedSpans()[0]?.status, { code: 2, message: 'TypeError' })
  })

  it('takes nothing from a message where it is off', () => {
    const due = {} as { trace?: string }
    const headers = { traceparent: tracing.ofExecution(ID) }
    assert.equal(withTraceOf({}, due, { headers }), due)
    assert.equal(withTraceOf({ tracing }, due, { headers }).trace, headers.traceparent)
    noteSteps({ clock: { now: () => assert.fail('nothing is looked at') } }, [])
  })
})
