import type { Middleware } from 'koa'
import type { ProjectId } from '../../workflow/ids.js'
import type { Answer } from '../route.js'
import { type ApiContext, middleware } from './state.js'

/** Calls the route's handler with what was checked and writes its answer: JSON unless it names another type. */
export function callRoute(): Middleware {
  return middleware(async (ctx) => {
    const { route } = ctx.state.found
    if (route === null) return
    const answer = await route.handle({
      projectId: ctx.state.projectId as ProjectId,
      params: ctx.state.params,
      query: ctx.state.query,
      body: ctx.state.body,
      header: (name) => ctx.req.headersDistinct[name]?.[0],
      requestId: ctx.state.requestId,
    })
    write(ctx, answer)
  })
}

function write(ctx: ApiContext, answer: Answer): void {
  ctx.status = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value)
  if (answer.body === undefined) {
    ctx.body = null
    ctx.status = answer.status
  } else if (ctx.response.get('Content-Type')) ctx.body = answer.body
  else {
    ctx.type = 'application/json; charset=utf-8'
    ctx.body = JSON.stringify(answer.body)
  }
}
