import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi'
import { type ZodType, z } from 'zod'
import type { ErrorCode } from '../errors.js'
import { groupBy } from '../workflow/groupBy.js'
import { DESCRIPTION, TAGS } from './description.js'
import { STATUS_OF } from './httpErrors.js'
import type { Route } from './route.js'
import { CONFIG_COMPONENTS } from './schemas/configs.js'
import { errorSchema, exampleOf, shownCodes } from './schemas/error.js'
import { ALWAYS, ERROR_HEADERS, HEADERS, idempotencyKey, ifMatch } from './schemas/headers.js'
import { innerObject } from './schemas/innerObject.js'

export interface ApiInfo {
  readonly version: string
  readonly publicUrl: string
}

/** The OpenAPI 3.1 document of these routes; made once, from the very values that requests are checked by. */
export function openApiDocument(routes: readonly Route[], { version, publicUrl }: ApiInfo) {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: '`sk_…` opens everything, `pk_…` only `POST /v1/track`.',
  })
  for (const code of shownCodes.filter((one) => routes.some((route) => codesOf(route).some(isOnly(one)))))
    registry.registerComponent('responses', code, errorAnswer([code]))
  const configs = [...CONFIG_COMPONENTS, errorSchema].map((schema) => ({ type: 'schema' as const, schema }))
  for (const route of routes) registry.registerPath(pathOf(route))
  return new OpenApiGeneratorV31([...configs, ...registry.definitions]).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: TAGS.map(([name, description]) => ({ name, description })),
    // Relative: the viewer calls the very host it was read from, whatever name that goes by.
    servers: [{ url: new URL(publicUrl).pathname }],
  })
}

function pathOf(route: Route): RouteConfig {
  const { method, path, access, tag, summary, description, params, body } = route
  return {
    method: method.toLowerCase() as RouteConfig['method'],
    path: path.replace(/:(\w+)/g, '{$1}'),
    operationId: operationId(route),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'open' ? [] : [{ key: [] }],
    request: {
      ...(params === undefined ? {} : { params }),
      ...queryOf(route),
      ...headersOf(route),
      ...(body === undefined ? {} : { body: bodyOf(body) }),
    },
    responses: { ...answersOf(route), ...errorsOf(route) },
  }
}

/** `POST /workflows/:id/steps` → `post_workflows_id_steps`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return [method.toLowerCase(), ...words].join('_')
}

function queryOf({ query }: Route) {
  const object = innerObject(query)
  return object === null ? {} : { query: object }
}

function bodyOf(schema: ZodType) {
  return { required: !schema.safeParse(undefined).success, content: { 'application/json': { schema } } }
}

/** `If-Match` wherever it can fail. */
function headersOf({ errors, idempotent }: Route) {
  const shape = {
    ...(errors.includes('PRECONDITION_FAILED') ? { 'If-Match': ifMatch } : {}),
    ...(idempotent === true ? { 'Idempotency-Key': idempotencyKey } : {}),
  }
  return Object.keys(shape).length === 0 ? {} : { headers: z.object(shape) }
}

function answersOf(route: Route): Record<string, ResponseConfig> {
  const entries = Object.entries(route.answers).map(([status, { description, schema, type, etag }]) => {
    const content = schema === undefined ? {} : { content: { [type ?? 'application/json']: { schema } } }
    const headers = etag === true ? { ...ALWAYS, ETag: HEADERS.ETag } : ALWAYS
    return [status, { description, headers, ...content }] as const
  })
  return Object.fromEntries(entries)
}

/** Its codes by status, since several can share one. */
function codesOf(route: Route): [string, ErrorCode[]][] {
  const byStatus = groupBy([...new Set([...commonCodes(route), ...route.errors])], (code) => STATUS_OF[code])
  return [...byStatus].map(([status, codes]) => [String(status), codes])
}

function isOnly(code: ErrorCode) {
  return ([, codes]: readonly [string, readonly ErrorCode[]]) => codes.length === 1 && codes[0] === code
}

/** A code that has its status alone is named once for all. */
function errorsOf(route: Route): RouteConfig['responses'] {
  const entries = codesOf(route).map(([status, codes]) => {
    const [code] = codes
    const shared = codes.length === 1 && code !== undefined
    return [status, shared ? { $ref: `#/components/responses/${code}` } : errorAnswer(codes)] as const
  })
  return Object.fromEntries(entries)
}

function errorAnswer(codes: readonly ErrorCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]))
  const schema = { $ref: '#/components/schemas/Error' }
  const headers = { ...ALWAYS, ...Object.assign({}, ...codes.map((code) => ERROR_HEADERS[code] ?? {})) }
  return { description: codes.join(', '), headers, content: { 'application/json': { schema, examples } } }
}

/** What every route of this kind can answer. */
function commonCodes({ access }: Route): ErrorCode[] {
  if (access === 'open') return ['INTERNAL_ERROR']
  return access === 'secret' ? [...KEYED, 'FORBIDDEN'] : [...KEYED]
}

const KEYED = [
  'BAD_REQUEST',
  'UNAUTHORIZED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'VALIDATION_ERROR',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const satisfies readonly ErrorCode[]
