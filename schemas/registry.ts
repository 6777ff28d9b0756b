import { isRetriable, MillraceError, messageOf } from '../src/errors.js'
import type { SchemaName } from '../src/topology.js'
import { OWN_SCHEMAS, type OwnSchema } from './avroTypes.js'
import type { Codec, DecodeFault, DecodeResult, WireTypes } from './codec.js'
import { contactEvent } from './contactEvent.js'
import { emailEvent } from './emailEvent.js'
import { executionFact } from './executionFact.js'
import type { Fields } from './fields.js'
import { avroForm, type Form, jsonForm } from './forms.js'
import { FRAME_END, frameAll, frameId, isFramed } from './framing.js'
import { parseJson } from './json.js'
import { faultFrom, faultOf } from './refusal.js'
import { createRegistryClient, type RegistryClient } from './registryClient.js'
import type { Shape } from './shape.js'
import { stepDue } from './stepDue.js'
import { timer } from './timer.js'
import { createWriters, type Reader, type Writers } from './writers.js'

export type { Codec, WireContactEvent } from './codec.js'

export interface CodecOptions {
  /** null: JSON is written, and only JSON can be read. */
  readonly registryUrl: string | null
  /** How long the registry may take to answer at the start; default 30 s. */
  readonly patienceMs?: number
}

const SHAPES: { readonly [Name in SchemaName]: Shape<WireTypes[Name]> } = {
  contactEvent,
  emailEvent,
  stepDue,
  timer,
  executionFact,
}

/**
 * The codec, once every schema of ours has its id. Throws UNREACHABLE when the registry does not answer within
 * `patienceMs`, CONFIG_INVALID when it refuses a schema. Later the registry may be away: what is known stays known.
 */
export async function createCodec({ registryUrl, patienceMs = 30_000 }: CodecOptions): Promise<Codec> {
  const registry = registryUrl === null ? null : createRegistryClient(registryUrl)
  const encodeAll = registry === null ? encodeJson : encodeAvro(await registerAll(registry, patienceMs))
  const writers = createWriters(registry)
  return {
    encodeAll,
    encode: (schema, value) => encodeAll(schema, [value])[0] ?? Buffer.alloc(0),
    decodeAll: async (schema, buffers) => {
      const missing = missingIds(writers, schema, buffers)
      const brought = missing.size === 0 ? NONE : await writers.bring(schema, missing)
      const readerOf = (id: number) => writers.known(schema, id) ?? brought.get(id)
      return buffers.map((buffer) => decode(SHAPES[schema], buffer, readerOf))
    },
  }
}

const NONE: ReadonlyMap<number, Reader | DecodeFault> = new Map()
async function registerAll(
  registry: RegistryClient,
  patienceMs: number,
): Promise<Record<SchemaName, number>> {
  const until = performance.now() + patienceMs
  const { contactEvent, emailEvent, stepDue, timer, executionFact } = OWN_SCHEMAS
  return {
    contactEvent: await idWithin(until, registry, contactEvent),
    emailEvent: await idWithin(until, registry, emailEvent),
    stepDue: await idWithin(until, registry, stepDue),
    timer: await idWithin(until, registry, timer),
    executionFact: await idWithin(until, registry, executionFact),
  }
}

const RETRY_MS = 500

async function idWithin(until: number, registry: RegistryClient, schema: OwnSchema): Promise<number> {
  try {
    return await registry.idOf(schema)
  } catch (error) {
    if (!isRetriable(error)) throw error
    if (performance.now() >= until) throw new MillraceError('UNREACHABLE', messageOf(error), { cause: error })
  }
  await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  return idWithin(until, registry, schema)
}

function encodeAvro(ids: Record<SchemaName, number>): Codec['encodeAll'] {
  return (schema, values) => {
    const shape: Shape<(typeof values)[number]> = SHAPES[schema]
    const records = values.map((value) => shape.write(value, avroForm))
    return frameAll(OWN_SCHEMAS[schema].type, ids[schema], records)
  }
}

const encodeJson: Codec['encodeAll'] = (schema, values) => {
  const shape: Shape<(typeof values)[number]> = SHAPES[schema]
  return values.map((value) => Buffer.from(JSON.stringify(shape.write(value, jsonForm))))
}

function missingIds(writers: Writers, schema: SchemaName, buffers: readonly (Buffer | null)[]): Set<number> {
  const missing = new Set<number>()
  for (const buffer of buffers) {
    const id = buffer !== null && isFramed(buffer) ? frameId(buffer) : null
    if (id !== null && writers.known(schema, id) === undefined) missing.add(id)
  }
  return missing
}

type ReaderOf = (id: number) => Reader | DecodeFault | undefined

function decode<Value>(shape: Shape<Value>, buffer: Buffer | null, readerOf: ReaderOf): DecodeResult<Value> {
  if (buffer === null || buffer.length === 0) return faultOf('no_value', 'the message has no value')
  try {
    if (!isFramed(buffer)) return read(shape, parseJson(buffer), jsonForm, buffer.length)
    const id = frameId(buffer)
    const reader = id === null ? undefined : readerOf(id)
    if (reader === undefined) return faultOf('not_readable', 'the message is cut short')
    if (typeof reader !== 'function') return reader
    const record = reader(buffer, FRAME_END)
    if (record === null) return faultOf('not_readable', 'the bytes do not fit their schema')
    return read(shape, record as Fields, avroForm, buffer.length)
  } catch (error) {
    return faultFrom(error)
  }
}

function read<Value>(
  shape: Shape<Value>,
  fields: Fields,
  form: Form,
  wireBytes: number,
): DecodeResult<Value> {
  return { ok: true, value: shape.read(fields, form, wireBytes) }
}
