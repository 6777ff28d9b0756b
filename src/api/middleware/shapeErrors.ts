import type { Middleware } from 'koa'
import { type ErrorCode, type MillraceError, NotReady } from '../../errors.js'
import type { Announcer } from '../../events.js'
import { asMillraceError, errorBody } from '../errorBody.js'
import { STATUS_OF } from '../httpErrors.js'
import { type ApiContext, middleware } from './state.js'

export interface ErrorDeps {
  readonly announcer: Announcer
  /** What an error of a driver means, or null where it means nothing known. */
  readonly classify: (error: unknown) => ErrorCode | null
}

/** Whatever is thrown further in becomes the one error shape; what nobody foresaw is also announced. */
export function shapeErrors({ announcer, classify }: ErrorDeps): Middleware {
  return middleware(async (ctx, next) => {
    try {
      await next()
    } catch (thrown) {
      const error = asMillraceError(thrown, classify)
      if (STATUS_OF[error.code] >= 500 && !(thrown instanceof NotReady))
        announceFailure(announcer, ctx, thrown)
      refuse(ctx, error)
    }
  })
}

function announceFailure(announcer: Announcer, ctx: ApiContext, error: unknown): void {
  const where = `${ctx.method} ${ctx.state.found?.route?.path ?? 'none'}`
  announcer.announce('failure', { where, error, requestId: ctx.state.requestId })
}

function refuse(ctx: ApiContext, error: MillraceError): void {
  const body = errorBody(error, ctx.state.requestId)
  ctx.status = body.error.statusCode
  ctx.body = body
  if (ctx.status === 401) ctx.set('WWW-Authenticate', 'Bearer')
  if (ctx.status === 405) ctx.set('Allow', ctx.state.found.allowed.join(', '))
  if (ctx.status === 503) ctx.set('Retry-After', '1')
  if (ctx.status === 429 && !ctx.response.get('Retry-After')) ctx.set('Retry-After', '1')
}
