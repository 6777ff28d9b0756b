import type { Middleware } from 'koa'
import type { Announcer } from '../../events.js'
import { middleware } from './state.js'

/** Tells who listens about each answer: by the route's pattern, never by a path that holds ids. */
export function announceAnswer(announcer: Announcer): Middleware {
  return middleware(async (ctx, next) => {
    const startedMs = performance.now()
    await next()
    announcer.announce('request.answered', {
      method: ctx.method,
      route: ctx.state.found?.route?.path ?? 'none',
      status: ctx.status,
      ms: performance.now() - startedMs,
      requestId: ctx.state.requestId,
    })
  })
}
