import type { Middleware } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { MillraceError } from '../../errors.js'
import { type ApiContext, middleware } from './state.js'

/** Requests a second that one key may make in this process; null: no limit. */
export interface RateLimits {
  readonly readsPerSecond: number | null
  readonly writesPerSecond: number | null
}

/** Limits each key by itself and says where it stands in `RateLimit-*`. */
export function limitRate(limits: RateLimits): Middleware {
  const reads = limiter(limits.readsPerSecond)
  const writes = limiter(limits.writesPerSecond)
  return middleware(async (ctx, next) => {
    const { keyId } = ctx.state
    const chosen = ctx.method === 'GET' || ctx.method === 'HEAD' ? reads : writes
    if (chosen !== null && keyId !== null) await spend(ctx, chosen, keyId)
    await next()
  })
}

function limiter(points: number | null): RateLimiterMemory | null {
  return points === null ? null : new RateLimiterMemory({ points, duration: 1 })
}

async function spend(ctx: ApiContext, limiter: RateLimiterMemory, keyId: string): Promise<void> {
  try {
    tell(ctx, limiter, await limiter.consume(keyId))
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    tell(ctx, limiter, refusal)
    ctx.set('Retry-After', String(secondsUntil(refusal)))
    throw new MillraceError('RATE_LIMIT_EXCEEDED', 'This key has made too many requests.')
  }
}

function tell(ctx: ApiContext, limiter: RateLimiterMemory, standing: RateLimiterRes): void {
  ctx.set('RateLimit-Limit', String(limiter.points))
  ctx.set('RateLimit-Remaining', String(Math.max(0, standing.remainingPoints)))
  ctx.set('RateLimit-Reset', String(secondsUntil(standing)))
}

function secondsUntil(standing: RateLimiterRes): number {
  return Math.max(1, Math.ceil(standing.msBeforeNext / 1000))
}
