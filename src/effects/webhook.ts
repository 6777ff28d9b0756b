import { performance } from 'node:perf_hooks'
import { createAddressGuard, type GuardOptions, TargetRefused } from './addressGuard.js'
import { CallTimer, TimeLimit } from './callTimer.js'
import { AnswerRefused, type Exchange, exchange } from './exchange.js'
import { createPools } from './pools.js'
import type { CallFailure, HttpCall, HttpCaller } from './ports.js'
import { readBody } from './responseBody.js'
import { retryAfterMs } from './retryAfter.js'
import { signatureHeaders } from './signature.js'

/**
 * Webhooks over undici, each behind the address guard. Redirects are answers like any other and are never
 * followed; an answer is read only as far as it is kept; time, headers and body are bounded.
 */
export function createHttpCaller(options: GuardOptions): HttpCaller & { close(): Promise<void> } {
  const guard = createAddressGuard(options)
  const pools = createPools()
  return {
    async call(request) {
      const started = performance.now()
      const timer = new CallTimer(request.timeoutMs)
      const state: Exchange = { sent: false, timer }
      try {
        const target = await timer.race(guard(request.url))
        const signed = { ...request, headers: withSignature(request) }
        const answer = await pools.use(target, (pool) => exchange(pool, target.url, signed, state))
        const { statusCode, headers, body } = answer
        const response = readBody(body)
        const again = retryAfterMs(headers['retry-after'], new Date())
        return { type: 'answered', statusCode, response, retryAfterMs: again, ms: since(started) }
      } catch (error) {
        return failure(error, state, since(started))
      } finally {
        timer.stop()
      }
    },
    close: () => pools.close(),
  }
}

function since(started: number): number {
  return Math.round(performance.now() - started)
}

function withSignature({ headers, signing, body }: HttpCall): Record<string, string> {
  const plain = { ...headers, 'accept-encoding': 'identity' }
  if (signing === null) return plain
  return {
    ...plain,
    ...signatureHeaders({ id: signing.id, body: body ?? '', at: new Date() }, signing.secrets),
  }
}

const OURS: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

function failure(error: unknown, { sent }: Exchange, ms: number): CallFailure {
  const { message, code } = describe(error)
  const final = error instanceof TargetRefused || error instanceof AnswerRefused || OURS.has(code)
  const fate = sent ? `${message}; the request was sent, its outcome is unknown` : message
  return { type: 'failed', message: fate, retriable: !final, unknown: sent, ms }
}

function describe(error: unknown): { readonly message: string; readonly code: unknown } {
  if (!(error instanceof Error)) return { message: String(error), code: null }
  const code = 'code' in error ? error.code : null
  if (error instanceof TimeLimit || error.message !== '') return { message: error.message, code }
  // A connection tried at several addresses fails with a list of errors and no message of its own.
  const causes = error instanceof AggregateError ? error.errors.map((cause) => describe(cause).message) : []
  return { message: causes.join('; ') || String(code ?? error.name), code }
}
