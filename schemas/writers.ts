import avsc, { type Type } from 'avsc'
import type { SchemaName } from '../src/topology.js'
import { OWN_SCHEMAS } from './avroTypes.js'
import type { DecodeFault } from './codec.js'
import { faultFrom, faultOf, Refusal } from './refusal.js'
import type { RegistryClient } from './registryClient.js'

/** Reads the Avro bytes behind a frame; null where they are cut short or go on too long. */
export type Reader = (buffer: Buffer, from: number) => unknown

/** The readers of every writer's schema that was met, by its id. Asking the registry happens once an id. */
export interface Writers {
  known(schema: SchemaName, id: number): Reader | DecodeFault | undefined
  /** Brings the ids that are not known. Throws BROKER_AWAY. */
  bring(schema: SchemaName, ids: ReadonlySet<number>): Promise<ReadonlyMap<number, Reader | DecodeFault>>
}

export function createWriters(registry: RegistryClient | null): Writers {
  const readers: Record<SchemaName, Map<number, Reader>> = {
    contactEvent: new Map(),
    emailEvent: new Map(),
    stepDue: new Map(),
    timer: new Map(),
    executionFact: new Map(),
  }
  const fetchReader = async (schema: SchemaName, id: number): Promise<Reader | DecodeFault> => {
    if (registry === null)
      return faultOf('unknown_schema', `schema ${id}: no SCHEMA_REGISTRY_URL is configured`)
    try {
      const reader = readerFor(schema, await registry.typeOf(id))
      readers[schema].set(id, reader)
      return reader
    } catch (error) {
      if (error instanceof Refusal) return faultFrom(error)
      throw error
    }
  }
  return {
    known: (schema, id) => readers[schema].get(id),
    bring: async (schema, ids) => {
      const entries = [...ids].map(async (id) => [id, await fetchReader(schema, id)] as const)
      return new Map(await Promise.all(entries))
    },
  }
}

/** What a writer wrote, in our shape: fields that it did not know have their defaults. */
function readerFor(schema: SchemaName, writer: Type): Reader {
  const own = OWN_SCHEMAS[schema].type
  const resolver = own.equals(writer) ? undefined : resolverFor(own, writer)
  return (buffer, from) => {
    const { value, offset } = own.decode(buffer, from, resolver)
    return offset === buffer.length ? value : null
  }
}

function resolverFor(own: Type, writer: Type) {
  try {
    const theirs = avsc.Type.forSchema(writer.schema({ exportAttrs: true }) as avsc.schema.AvroSchema)
    return own.createResolver(theirs, { ignoreNamespaces: true })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Refusal('schema_mismatch', `the writer's schema does not fit ${own.name}: ${message}`)
  }
}
