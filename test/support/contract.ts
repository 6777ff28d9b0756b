import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Caller, Reply } from './http.js'

interface Answer {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, Media>>
}
interface Operation {
  readonly responses: Readonly<Record<string, Answer>>
}
interface Media {
  readonly schema?: object
}
export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly responses: Readonly<Record<string, Answer>>
  }
}

/** The answer itself, where it is only named. */
export function answerOf({ components }: OpenApi, answer: Answer | undefined): Answer | undefined {
  return answer?.$ref === undefined ? answer : components.responses[answer.$ref.split('/').at(-1) ?? '']
}

/** Fails when an answer is not what OpenAPI says of this call: unknown status, missing headers, a body of another shape. */
export type CheckAnswer = (method: string, path: string, reply: Reply) => void

/** Every answer is held against OpenAPI. */
export function checked(call: Caller, check: CheckAnswer): Caller {
  return async (method, path, request) => {
    const reply = await call(method, path, request)
    check(method, path, reply)
    return reply
  }
}

export function contractOf(document: OpenApi): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'api', components: document.components })
  const patterns = Object.keys(document.paths).map((path) => ({ path, pattern: patternOf(path) }))
  patterns.sort((a, b) => a.path.split('{').length - b.path.split('{').length)
  const compiled = new Map<object, ValidateFunction>()
  const validatorOf = (schema: object) => {
    const known = compiled.get(schema) ?? ajv.compile(absolute(schema) as object)
    compiled.set(schema, known)
    return known
  }
  return (method, path, reply) => {
    const pathname = path.split('?')[0] ?? path
    const known = patterns.find(({ pattern }) => pattern.test(pathname))?.path ?? ''
    const operation = document.paths[known]?.[method.toLowerCase()]
    if (operation === undefined) return
    const place = `${method} ${known} → ${reply.status}`
    const answer = answerOf(document, operation.responses[String(reply.status)])
    assert.ok(answer, `${place} is not in OpenAPI: ${JSON.stringify(reply.body)}`)
    for (const name of alwaysSent(answer)) assert.ok(reply.headers.has(name), `${place} lacks ${name}`)
    const schema = answer.content?.['application/json']?.schema
    if (schema === undefined) return
    const validate = validatorOf(schema)
    assert.ok(validate(reply.body), `${place}: ${ajv.errorsText(validate.errors)}`)
  }
}

/** Limits are told only where they are set. */
function alwaysSent({ headers = {} }: Answer): string[] {
  return Object.keys(headers).filter((name) => !name.startsWith('RateLimit'))
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)
}

/** `#/components/…` within a schema that stands by itself. */
function absolute(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/components/', '"api#/components/')) as unknown
}
