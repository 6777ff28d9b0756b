import type { Middleware } from 'koa'
import { MillraceError } from '../../errors.js'
import { createTokenBuckets, type TokenBuckets } from '../tokenBuckets.js'
import { type ApiContext, middleware } from './state.js'

/** Requests a second that one key may make in this process, and at once; null: no limit. */
export interface RateLimits {
  readonly readsPerSecond: number | null
  readonly writesPerSecond: number | null
}

interface Limiter {
  readonly limit: number
  readonly buckets: TokenBuckets
}

/** Limits each key by itself and says where it stands in `RateLimit-*`. */
export function limitRate(limits: RateLimits, nowMs: () => number): Middleware {
  const limiter = (limit: number | null): Limiter | null =>
    limit === null ? null : { limit, buckets: createTokenBuckets(limit, nowMs) }
  const reads = limiter(limits.readsPerSecond)
  const writes = limiter(limits.writesPerSecond)
  return middleware((ctx, next) => {
    const { keyId } = ctx.state
    const chosen = ctx.method === 'GET' || ctx.method === 'HEAD' ? reads : writes
    if (chosen !== null && keyId !== null) spend(ctx, chosen, keyId)
    return next()
  })
}

function spend(ctx: ApiContext, { limit, buckets }: Limiter, keyId: string): void {
  const { allowed, remaining, fullInMs, nextInMs } = buckets.take(keyId)
  ctx.set('RateLimit-Limit', String(limit))
  ctx.set('RateLimit-Remaining', String(remaining))
  ctx.set('RateLimit-Reset', String(seconds(fullInMs)))
  if (allowed) return
  ctx.set('Retry-After', String(seconds(nextInMs)))
  throw new MillraceError('RATE_LIMIT_EXCEEDED', 'This key has made too many requests.')
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
