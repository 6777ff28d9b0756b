import type { Context, Middleware, Next } from 'koa'
import type { ProjectId } from '../../workflow/ids.js'
import type { Found } from '../table.js'

/** What the middlewares hand on to each other, each field written by one of them. */
interface RequestState {
  requestId: string
  found: Found
  projectId: ProjectId | null
  keyId: string | null
  /** The parsed JSON; undefined: the request had no body. */
  body: unknown
  params: unknown
  query: unknown
}

export type ApiContext = Context & { state: RequestState }

/** A middleware over our state; Koa's own types leave state open. */
export function middleware(handle: (ctx: ApiContext, next: Next) => Promise<unknown>): Middleware {
  return handle as unknown as Middleware
}
