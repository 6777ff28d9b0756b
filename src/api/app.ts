import cors from '@koa/cors'
import Koa, { type Middleware } from 'koa'
import type { KeyLookup } from '../store/ports/keys.js'
import { createKeyCache } from './keyCache.js'
import { announceAnswer } from './middleware/announceAnswer.js'
import { answerInTime } from './middleware/answerInTime.js'
import { callRoute } from './middleware/callRoute.js'
import { checkRequest } from './middleware/checkRequest.js'
import { findRoute, refuseUnrouted } from './middleware/findRoute.js'
import { limitRate, type RateLimits } from './middleware/limitRate.js'
import { nameRequest } from './middleware/nameRequest.js'
import { readBody } from './middleware/readBody.js'
import { requireKey } from './middleware/requireKey.js'
import { type ErrorDeps, shapeErrors } from './middleware/shapeErrors.js'
import type { Route } from './route.js'
import { createTable } from './table.js'

export interface AppOptions extends RateLimits {
  /** Origins whose pages may call from a browser; empty: none, and no CORS header is ever sent. */
  readonly corsOrigins: readonly string[]
  /** Believe `X-Forwarded-For`: only behind a proxy that sets it. */
  readonly trustProxy: boolean
  readonly answerWithinMs: number
  readonly badKeysPerSecond: number
}

export const APP_DEFAULTS: AppOptions = {
  corsOrigins: [],
  trustProxy: false,
  answerWithinMs: 30_000,
  badKeysPerSecond: 80,
  readsPerSecond: null,
  writesPerSecond: null,
}

export interface AppDeps extends ErrorDeps {
  readonly routes: readonly Route[]
  readonly keys: KeyLookup
  readonly options?: Partial<AppOptions>
  /** What limits count by; default: the monotonic clock. */
  readonly nowMs?: () => number
  /** Goes around everything that has to do with a request. */
  readonly around?: Middleware
}

const monotonicMs = () => performance.now()

/** The whole way of a request, from the outside in. */
export function createApp(deps: AppDeps): Koa {
  const options = { ...APP_DEFAULTS, ...deps.options }
  const app = new Koa({ proxy: options.trustProxy })
  app.silent = true
  app.on('error', (error: unknown) => deps.announcer.announce('failure', { where: 'http', error }))

  app.use(nameRequest())
  if (deps.around !== undefined) app.use(deps.around)
  app.use(announceAnswer(deps.announcer))
  app.use(shapeErrors(deps))
  app.use(answerInTime(options.answerWithinMs))
  if (options.corsOrigins.length > 0)
    app.use(cors({ origin: allowed(options.corsOrigins), keepHeadersOnError: true }))
  app.use(findRoute(createTable(deps.routes)))
  app.use(requireKey({ findKey: createKeyCache(deps.keys), failuresPerSecond: options.badKeysPerSecond }))
  app.use(limitRate(options, deps.nowMs ?? monotonicMs))
  app.use(refuseUnrouted())
  app.use(readBody())
  app.use(checkRequest())
  app.use(callRoute())
  return app
}

/** The request's origin when it is on the list; an empty answer sends no CORS header. */
function allowed(origins: readonly string[]): (ctx: Koa.Context) => string {
  return (ctx) => {
    const origin = ctx.get('Origin')
    return origins.includes('*') || origins.includes(origin) ? origin : ''
  }
}
