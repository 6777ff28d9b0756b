import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi'
import type { ZodType } from 'zod'
import type { ErrorCode } from '../errors.js'
import { STATUS_OF } from './httpErrors.js'
import type { Route } from './route.js'
import { CONFIG_COMPONENTS } from './schemas/configs.js'
import { errorSchema, exampleOf, shownCodes } from './schemas/error.js'
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
  for (const code of shownCodes) registry.registerComponent('responses', code, errorAnswer([code]))
  const configs = [...CONFIG_COMPONENTS, errorSchema].map((schema) => ({ type: 'schema' as const, schema }))
  for (const route of routes) registry.registerPath(pathOf(route))
  return new OpenApiGeneratorV31([...configs, ...registry.definitions]).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Millrace', version, description: 'Contact workflows on a stream of events.' },
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

const headers = {
  'X-Request-Id': { description: 'Id of the request', schema: { type: 'string' as const } },
}

function answersOf(route: Route): Record<string, ResponseConfig> {
  const entries = Object.entries(route.answers).map(([status, { description, schema, type }]) => {
    const content = schema === undefined ? {} : { content: { [type ?? 'application/json']: { schema } } }
    return [status, { description, headers, ...content }] as const
  })
  return Object.fromEntries(entries)
}

/** By status, since several codes can share one; a code that has its status alone is named once for all. */
function errorsOf(route: Route): RouteConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set([...commonCodes(route), ...route.errors]))
    byStatus.set(STATUS_OF[code], [...(byStatus.get(STATUS_OF[code]) ?? []), code])
  const entries = [...byStatus].map(([status, codes]) => {
    const [code] = codes
    const shared = codes.length === 1 && code !== undefined
    return [String(status), shared ? { $ref: `#/components/responses/${code}` } : errorAnswer(codes)] as const
  })
  return Object.fromEntries(entries)
}

function errorAnswer(codes: readonly ErrorCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]))
  const schema = { $ref: '#/components/schemas/Error' }
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
