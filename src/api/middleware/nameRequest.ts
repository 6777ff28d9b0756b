import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import { middleware } from './state.js'

/** Gives every request an id of ours and every answer the headers that all answers carry. */
export function nameRequest(): Middleware {
  return middleware(async (ctx, next) => {
    ctx.state.requestId = randomUUID()
    ctx.set('X-Request-Id', ctx.state.requestId)
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Cache-Control', 'no-store')
    await next()
  })
}
