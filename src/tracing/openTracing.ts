import {
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { AsyncLocalContexts } from './contexts.js'
import type { SpanPlan, Tracing } from './port.js'

const KINDS: Readonly<Record<SpanPlan['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
}
const propagator = new W3CTraceContextPropagator()
const getter: TextMapGetter<string> = { keys: () => ['traceparent'], get: (carrier) => carrier }

export interface TracingOptions {
  readonly serviceName: string
  readonly version: string
  /** Default: in batches to the collector that the standard OTEL_EXPORTER_OTLP_… variables name. */
  readonly processor?: SpanProcessor
}

/** Traces to a collector; sampling follows OTEL_TRACES_SAMPLER, and whatever came sampled stays so. */
export function openTracing({ serviceName, version, processor }: TracingOptions): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [processor ?? new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('millrace', version)
  const contexts = new AsyncLocalContexts()
  context.setGlobalContextManager(contexts)
  return {
    current: () => traceparentOf(trace.getSpan(contexts.active())),
    inSpan: (plan, work) => inSpan(tracer, contexts, plan, work),
    note: (plan, startedAt, endedAt) => {
      const options = { kind: KINDS[plan.kind], attributes: plan.attributes, startTime: startedAt }
      tracer.startSpan(plan.name, options, parentOf(plan, contexts)).end(endedAt)
    },
    ofExecution,
    close: () => provider.shutdown(),
  }
}

async function inSpan<Result>(
  tracer: Tracer,
  contexts: AsyncLocalContexts,
  plan: SpanPlan,
  work: () => Promise<Result>,
): Promise<Result> {
  const parent = parentOf(plan, contexts)
  const span = tracer.startSpan(plan.name, { kind: KINDS[plan.kind], attributes: plan.attributes }, parent)
  try {
    return await contexts.with(trace.setSpan(parent, span), work)
  } catch (error) {
    // Its words may be about a person.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' })
    throw error
  } finally {
    span.end()
  }
}

function parentOf({ parent }: SpanPlan, contexts: AsyncLocalContexts) {
  return parent === undefined ? contexts.active() : propagator.extract(ROOT_CONTEXT, parent, getter)
}

function traceparentOf(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
}

const SPAN_ID_CHARS = 16

function ofExecution(executionId: string): string {
  const hex = executionId.replaceAll('-', '')
  return `00-${hex}-${hex.slice(-SPAN_ID_CHARS)}-01`
}
