import type { ZodObject, ZodType } from 'zod'
import type { ErrorCode, FieldFault } from '../errors.js'
import type { ProjectId } from '../workflow/ids.js'
import type { Tag } from './description.js'

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Who may call: `secret` sk_ only; `public` pk_ and sk_; `open` nobody needs a key. */
export type Access = 'secret' | 'public' | 'open'

type Faults = readonly FieldFault[] | Promise<readonly FieldFault[]>

export interface Answer {
  readonly status: number
  /** Written as JSON (Date → ISO 8601); undefined: no body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What one success status answers with, for OpenAPI. */
interface AnswerShape {
  readonly description: string
  readonly schema?: ZodType
  /** Default `application/json`. */
  readonly type?: string
  /** Carries the workflow's revision as `ETag`. */
  readonly etag?: true
}

/** A request that passed key, size, depth and schema checks. */
export interface Call<Params, Query, Body> {
  /** The key's project; on `open` routes there is none and the handler must not ask. */
  readonly projectId: ProjectId
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Its first value, by lower-cased name. */
  header(name: string): string | undefined
  readonly requestId: string
}

/**
 * One endpoint as a value: router, checks, OpenAPI and the tenancy test are derived from the list of these.
 * `path` is in router form (`/workflows/:id`).
 */
export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: Method
  readonly path: string
  readonly access: Access
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  readonly params?: ZodObject & ZodType<Params>
  readonly query?: ZodType<Query>
  readonly body?: ZodType<Body>
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: true
  /**
   * Faults that the body's schema cannot say; told together with the schema's. The body is as it was sent.
   * What it would be checked against may be missing: then there are none, and the handler refuses.
   */
  faults?(body: unknown, call: Pick<Call<Params, Query, Body>, 'projectId' | 'params'>): Faults
  /** Schema and example of each success status. */
  readonly answers: Readonly<Record<number, AnswerShape>>
  /** Codes this route can answer besides those that every route can. */
  readonly errors: readonly ErrorCode[]
  handle(call: Call<Params, Query, Body>): Promise<Answer>
}

/** Infers the request's types from the schemas, then forgets them so that routes fit one list. */
export function route<Params, Query, Body>(definition: Route<Params, Query, Body>): Route {
  return definition as unknown as Route
}
