import type { Middleware } from 'koa'
import type { ZodType } from 'zod'
import { type FieldFault, MillraceError } from '../../errors.js'
import type { ProjectId } from '../../workflow/ids.js'
import { faultsOf } from '../faults.js'
import type { Route } from '../route.js'
import { innerObject } from '../schemas/innerObject.js'
import { type ApiContext, middleware } from './state.js'

/** An id that nobody has: a malformed one is read as it, so that both are answered alike. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Checks path, query and body against the route's schemas and names every fault at once. */
export function checkRequest(): Middleware {
  return middleware(async (ctx, next) => {
    const { route } = ctx.state.found
    if (route !== null) await check(ctx, route)
    await next()
  })
}

async function check(ctx: ApiContext, route: Route): Promise<void> {
  const params = paramsOf(ctx, route)
  ctx.state.params = params
  const faults: FieldFault[] = []
  ctx.state.query = parse(route.query, queryOf(ctx, route, faults), { root: 'query', faults })
  const body = bodyOf(ctx, route)
  ctx.state.body = parse(route.body, body, { root: 'body', faults })
  const projectId = ctx.state.projectId as ProjectId
  faults.push(...((await route.faults?.(body, { projectId, params })) ?? []))
  if (faults.length > 0)
    throw new MillraceError('VALIDATION_ERROR', 'The request has fields that are wrong.', {
      faults: unique(faults),
    })
}

function paramsOf(ctx: ApiContext, route: Route): Record<string, unknown> {
  const checked: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(route.params?.shape ?? {})) {
    const given = ctx.state.found.params[name]
    const result = [given, NOBODY]
      .map((text) => (schema as ZodType).safeParse(text))
      .find(({ success }) => success)
    if (result === undefined) throw new MillraceError('NOT_FOUND', 'There is nothing under this path.')
    checked[name] = result.data
  }
  return checked
}

const OPERATOR = /[[\]$]/
/** Who asks for an order means it: where there is none to choose, saying so is better than another order. */
const ORDERS = ['sort', 'dir']

/**
 * Values by name; a name that came twice has a list, which no schema of one value takes. Other unknown names mean
 * nothing and are left alone.
 */
function queryOf(ctx: ApiContext, route: Route, faults: FieldFault[]): Record<string, string | string[]> {
  const values = new Map<string, string | string[]>()
  const sent = new URLSearchParams(ctx.querystring)
  for (const name of new Set(sent.keys())) {
    const all = sent.getAll(name)
    const fault = nameFault(name, route)
    if (fault !== null) faults.push({ field: name, message: fault, code: 'unknown_field' })
    else values.set(name, all.length === 1 ? (all[0] ?? '') : all)
  }
  return Object.fromEntries(values)
}

function nameFault(name: string, { query }: Route): string | null {
  if (OPERATOR.test(name)) return 'is an operator, which queries do not have'
  const known = Object.hasOwn(innerObject(query)?.shape ?? {}, name)
  return ORDERS.includes(name) && !known ? 'is not known here' : null
}

/** A schema that takes undefined needs no body. A route without a schema takes none, or `{}`. */
function bodyOf(ctx: ApiContext, route: Route): unknown {
  const { body } = ctx.state
  if (body === undefined && route.body !== undefined && !route.body.safeParse(undefined).success)
    throw new MillraceError('BAD_REQUEST', 'This request needs a JSON body.')
  return body
}

interface Target {
  readonly root: string
  readonly faults: FieldFault[]
}

function parse(schema: ZodType | undefined, value: unknown, { root, faults }: Target): unknown {
  if (schema === undefined) {
    if (root === 'body') faults.push(...strayFields(value))
    return undefined
  }
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  faults.push(...faultsOf(result.error.issues, root))
  return undefined
}

function strayFields(body: unknown): FieldFault[] {
  if (body === undefined) return []
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ field: 'body', message: 'must be an object', code: 'invalid_type' }]
  return Object.keys(body).map((field) => ({ field, message: 'is not a known field', code: 'unknown_field' }))
}

/** All that anybody reads; a body of 50,000 unknown fields is not answered with 50,000 sentences. */
const MAX_FAULTS = 1_000

function unique(faults: readonly FieldFault[]): FieldFault[] {
  return [...new Map(faults.map((fault) => [`${fault.field}\n${fault.message}`, fault])).values()].slice(
    0,
    MAX_FAULTS,
  )
}
