import { z } from 'zod'
import { NotReady } from '../errors.js'
import { type Route, route } from './route.js'

export interface Readiness {
  /** `reasons` name what is missing, in words for people; never throws. */
  check(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>
}

export interface OperationDeps {
  readonly readiness: Readiness
  readonly metrics: { text(): Promise<{ readonly contentType: string; readonly text: string }> }
  /** False where metrics are served on a port of their own. */
  readonly serveMetrics: boolean
}

const tag = 'Operations'

/** What those who run the service ask; open without a key. */
export function operationRoutes(deps: OperationDeps): Route[] {
  return [healthRoute(), readyRoute(deps), ...(deps.serveMetrics ? [metricsRoute(deps)] : [])]
}

function healthRoute(): Route {
  return route({
    method: 'GET',
    path: '/health',
    access: 'open',
    tag,
    summary: 'Is the process alive?',
    answers: { 200: { description: 'It is', schema: z.object({ status: z.literal('ok') }) } },
    errors: [],
    handle: async () => ({ status: 200, body: { status: 'ok' } }),
  })
}

const standing = z.object({ ready: z.boolean(), reasons: z.array(z.string()) })

function readyRoute({ readiness }: OperationDeps): Route {
  return route({
    method: 'GET',
    path: '/ready',
    access: 'open',
    tag,
    summary: 'Do Kafka, MongoDB and the consumers work?',
    answers: {
      200: { description: 'They do', schema: standing },
    },
    errors: ['SERVICE_UNAVAILABLE'],
    description: 'The message of a 503 says what is missing.',
    handle: async () => {
      const { ready, reasons } = await readiness.check()
      if (!ready) throw new NotReady(reasons)
      return { status: 200, body: { ready, reasons } }
    },
  })
}

function metricsRoute({ metrics }: OperationDeps): Route {
  return route({
    method: 'GET',
    path: '/metrics',
    access: 'open',
    tag,
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Prometheus text', schema: z.string() } },
    errors: [],
    handle: async () => {
      const { contentType, text } = await metrics.text()
      return { status: 200, body: text, headers: { 'Content-Type': contentType } }
    },
  })
}
