import { type COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { Type } from 'avsc'
import { MillraceError, messageOf } from '../src/errors.js'
import { within } from '../src/within.js'
import type { OwnSchema } from './avroTypes.js'
import { Refusal } from './refusal.js'

export interface RegistryClient {
  /** The id of our own schema, registered if it is new. */
  idOf(schema: OwnSchema): Promise<number>
  /** The writer's type. Throws a Refusal for an id that the registry does not have. */
  typeOf(id: number): Promise<Type>
  /** Without user and password, for messages. */
  readonly address: string
}

/** For one request, its own tries included. */
const REQUEST_MS = 10_000
const silent = () => new MillraceError('BROKER_AWAY', `no answer within ${REQUEST_MS} ms`)
const ENFORCED = 'BACKWARD_TRANSITIVE'

export function createRegistryClient(registryUrl: string): RegistryClient {
  const { host, auth, address } = parts(registryUrl)
  const registry = new SchemaRegistry(
    {
      host,
      clientId: 'millrace',
      retry: { retries: 2, maxRetryTimeInSecs: 1 },
      ...(auth === null ? {} : { auth }),
    },
    { [SchemaType.AVRO]: { typeHook: refuseOtherTimes } },
  )
  const call = async <Answer>(what: string, request: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await within(request(), REQUEST_MS, silent)
    } catch (error) {
      if (!isAway(error)) throw error
      const message = `The schema registry at ${address} does not answer (${what}): ${messageOf(error)}`
      throw new MillraceError('BROKER_AWAY', message, { cause: error })
    }
  }
  return {
    address,
    idOf: (schema) => call(`registering ${schema.subject}`, () => register(registry, schema)),
    typeOf: (id) => call(`schema ${id}`, () => fetchType(registry, id)),
  }
}

function parts(registryUrl: string) {
  const url = new URL(registryUrl)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const host = url.href.replace(/\/$/, '')
  const auth =
    username === ''
      ? null
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  return { host, auth, address: host }
}

/** Tried again: processes that start at once on a fresh registry get into each other's way. */
async function register(
  registry: SchemaRegistry,
  schema: OwnSchema,
  tries = CONFLICT_TRIES,
): Promise<number> {
  try {
    return await registerOnce(registry, schema)
  } catch (error) {
    const moved = otherLevel(error) !== null
    if (statusOf(error) !== CONFLICT && !moved) throw error
    if (tries > 1) return register(registry, schema, tries - 1)
    throw new MillraceError(
      'CONFIG_INVALID',
      `${schema.subject}: the registry refuses this schema: ${messageOf(error)}`,
    )
  }
}

/**
 * Under its own compatibility the registry refuses what older readers could not follow. A subject that somebody
 * gave another level keeps it; where nothing may be registered from here, the schema must be there already.
 */
async function registerOnce(registry: SchemaRegistry, { text, subject }: OwnSchema): Promise<number> {
  const schema = { type: SchemaType.AVRO, schema: text } as const
  const compatibility = ENFORCED as COMPATIBILITY
  try {
    return (await registry.register(schema, { subject, compatibility })).id
  } catch (error) {
    const level = otherLevel(error)
    if (level !== null) return (await registry.register(schema, { subject, compatibility: level })).id
    if (MAY_NOT_WRITE.has(statusOf(error))) return registry.getRegistryIdBySchema(subject, schema)
    throw error
  }
}

const MAY_NOT_WRITE: ReadonlySet<number> = new Set([401, 403, 405])
const CONFLICT = 409
const CONFLICT_TRIES = 3
const NOT_FOUND = 404

/** The client library says the subject's level only in words. */
function otherLevel(error: unknown): COMPATIBILITY | null {
  const level = /^Compatibility does not match the configuration \(\w+ != (\w+)\)$/.exec(
    messageOf(error),
  )?.[1]
  return (level as COMPATIBILITY | undefined) ?? null
}

async function fetchType(registry: SchemaRegistry, id: number): Promise<Type> {
  try {
    const schema = await registry.getSchema(id)
    if (!('createResolver' in schema)) throw new Refusal('unknown_schema', `schema ${id} is no Avro schema`)
    return schema as unknown as Type
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) throw new Refusal('unknown_schema', `the registry has no schema ${id}`)
    throw error
  }
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0
}

/** The client library answers 400 when there is no connection at all. */
const AWAY: ReadonlySet<number> = new Set([400, 408, 429])

function isAway(error: unknown): boolean {
  const status = statusOf(error)
  return AWAY.has(status) || status >= 500 || (error instanceof MillraceError && error.code === 'BROKER_AWAY')
}

const TIMES: ReadonlySet<unknown> = new Set(['occurredAt', 'enteredAt', 'asOf', 'dueAt', 'at', 'leftAt'])

/** Microseconds in a field that we read as milliseconds would be silently wrong by a factor of thousand. */
function refuseOtherTimes(schema: unknown): undefined {
  for (const field of fieldsOf(schema)) {
    const text = JSON.stringify(field.type)
    const unit = /"logicalType":"((local-)?timestamp-(micros|nanos))"/.exec(text)?.[1]
    if (TIMES.has(field.name) && unit !== undefined) {
      throw new Refusal('schema_mismatch', `${field.name}: must be timestamp-millis, not ${unit}`)
    }
  }
}

function fieldsOf(schema: unknown): readonly { readonly name: unknown; readonly type: unknown }[] {
  const fields = typeof schema === 'object' && schema !== null && 'fields' in schema ? schema.fields : []
  return Array.isArray(fields) ? fields : []
}
