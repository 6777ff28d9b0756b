import type { Context, Middleware } from 'koa'
import type { Tracing } from './port.js'

/** A span a request, under the caller's where it sends a `traceparent`. */
export function traceRequests(tracing: Tracing): Middleware {
  return async (ctx, next) => {
    const parent = ctx.get('traceparent')
    const plan = {
      name: ctx.method,
      kind: 'server',
      parent: parent === '' ? undefined : parent,
      attributes: { 'http.request.method': ctx.method, 'millrace.request.id': requestIdOf(ctx) },
    } as const
    await tracing.inSpan(plan, next)
  }
}

function requestIdOf({ state }: Context): string {
  return String((state as { readonly requestId?: string }).requestId ?? '')
}
