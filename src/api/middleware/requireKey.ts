import type { Middleware } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { MillraceError } from '../../errors.js'
import type { KeyOwner } from '../../store/ports/keys.js'
import type { FindKey } from '../keyCache.js'
import type { Access } from '../route.js'
import { type ApiContext, middleware } from './state.js'

/** `Bearer <key>`: visible ASCII only, so neither NUL nor a header list can pass for a key. */
const BEARER = /^Bearer ((?:sk|pk)_[\x21-\x7e]+)$/i
const MAX_KEY_BYTES = 512

export interface KeyDeps {
  readonly findKey: FindKey
  /** Unknown keys that one address may try in a second. */
  readonly failuresPerSecond: number
}

/**
 * The key is checked before the route: an unknown path tells nothing to those without a key. Only the one
 * Authorization header counts; guessing is slowed by address, and keys that are right are served meanwhile.
 */
export function requireKey({ findKey, failuresPerSecond }: KeyDeps): Middleware {
  const failures = new RateLimiterMemory({ points: failuresPerSecond, duration: 1 })
  return middleware(async (ctx, next) => {
    const access = ctx.state.found.route?.access ?? 'secret'
    ctx.state.projectId = null
    ctx.state.keyId = null
    if (access !== 'open') await admit(ctx, access, await ownerOf(ctx, findKey, failures))
    await next()
  })
}

async function ownerOf(ctx: ApiContext, findKey: FindKey, failures: RateLimiterMemory): Promise<KeyOwner> {
  const owner = await findKey(presentedKey(ctx))
  if (owner !== null) return owner
  await countFailure(ctx, failures)
  throw new MillraceError('UNAUTHORIZED', 'This key is not known.')
}

function presentedKey(ctx: ApiContext): string {
  const sent = ctx.req.headersDistinct['authorization'] ?? []
  if (sent.length === 0)
    throw new MillraceError('UNAUTHORIZED', 'Send your key as "Authorization: Bearer <key>".')
  const key = sent.length === 1 ? BEARER.exec(sent[0] ?? '')?.[1] : undefined
  if (key === undefined || key.length > MAX_KEY_BYTES)
    throw new MillraceError('UNAUTHORIZED', 'The Authorization header must be "Bearer <key>", once.')
  return key
}

async function countFailure(ctx: ApiContext, failures: RateLimiterMemory): Promise<void> {
  try {
    await failures.consume(ctx.ip)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    ctx.set('Retry-After', String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))))
    throw new MillraceError('RATE_LIMIT_EXCEEDED', 'Too many unknown keys from this address.')
  }
}

function admit(ctx: ApiContext, access: Access, owner: KeyOwner): void {
  if (access === 'secret' && owner.type !== 'secret')
    throw new MillraceError('FORBIDDEN', 'A public key opens only POST /v1/track.')
  ctx.state.projectId = owner.projectId
  ctx.state.keyId = owner.keyId
}
