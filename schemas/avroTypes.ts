import { readFileSync } from 'node:fs'
import avsc, { type Type } from 'avsc'
import type { SchemaName } from '../src/topology.js'

/** Schema files stand beside the sources and are read from there by the compiled program, too. */
const FOLDER = new URL('../../schemas/', import.meta.url)

export interface OwnSchema {
  readonly type: Type
  /** What is registered: the file, without its white space. */
  readonly text: string
  /** The record's full name; the subject in the registry. */
  readonly subject: string
}

function load(name: SchemaName): OwnSchema {
  const schema = JSON.parse(readFileSync(new URL(`${name}.avsc`, FOLDER), 'utf8')) as {
    name: string
    namespace: string
  }
  const type = avsc.Type.forSchema(schema as unknown as avsc.schema.AvroSchema)
  return { type, text: JSON.stringify(schema), subject: `${schema.namespace}.${schema.name}` }
}

export const OWN_SCHEMAS: Readonly<Record<SchemaName, OwnSchema>> = {
  contactEvent: load('contactEvent'),
  emailEvent: load('emailEvent'),
  stepDue: load('stepDue'),
  timer: load('timer'),
  executionFact: load('executionFact'),
}
