import type { Middleware } from 'koa'
import { MillraceError } from '../../errors.js'
import type { RouteTable } from '../table.js'
import { middleware } from './state.js'

/** Looks the route up; it refuses nothing yet, for the key is checked before the route. */
export function findRoute(table: RouteTable): Middleware {
  return middleware((ctx, next) => {
    ctx.state.found = table(ctx.method, ctx.path)
    return next()
  })
}

/** Behind the key check: unknown path 404, known path with another method 405. */
export function refuseUnrouted(): Middleware {
  return middleware(async (ctx, next) => {
    const { route, allowed } = ctx.state.found
    if (route !== null) return next()
    if (allowed.length === 0) throw new MillraceError('NOT_FOUND', 'There is no such path.')
    throw new MillraceError('METHOD_NOT_ALLOWED', `This path takes ${allowed.join(', ')}.`)
  })
}
