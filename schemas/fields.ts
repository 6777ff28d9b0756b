import { type Brand, parseId } from '../src/workflow/ids.js'
import { Refusal } from './refusal.js'

/** A message before its fields were looked at: an Avro record or a JSON object. */
export type Fields = Readonly<Record<string, unknown>>

export function invalid(field: string, message: string): Refusal {
  return new Refusal('invalid_field', `${field}: ${message}`)
}

/** An own property; what is absent in JSON and null in Avro are one thing. */
function at(fields: Fields, field: string): unknown {
  return Object.hasOwn(fields, field) ? (fields[field] ?? null) : null
}

/** `read` of the field, or null where there is none. */
export function optional<Value>(
  fields: Fields,
  field: string,
  read: (fields: Fields, field: string) => Value,
): Value | null {
  return at(fields, field) === null ? null : read(fields, field)
}

export function readId<Id extends Brand<string>>(fields: Fields, field: string): Id {
  const value = at(fields, field)
  const id = typeof value === 'string' ? parseId<Id>(value) : null
  if (id === null) throw invalid(field, 'must be a UUID')
  return id
}

const BROKEN = /[\0\p{Surrogate}]/u

/** Text as it stands; NUL and half surrogates are refused, databases and mails break on them. */
export function readText(fields: Fields, field: string): string {
  const value = at(fields, field)
  if (typeof value !== 'string') throw invalid(field, 'must be a string')
  if (BROKEN.test(value)) throw invalid(field, 'must not hold NUL or broken characters')
  return value
}

/** A whole number from 0 up. */
export function readCount(fields: Fields, field: string): number {
  const value = at(fields, field)
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(field, 'must be a whole number')
  return value as number
}

export function readFlag(fields: Fields, field: string): boolean {
  const value = at(fields, field)
  if (typeof value !== 'boolean') throw invalid(field, 'must be true or false')
  return value
}

/** A nested record. */
export function readRecord(fields: Fields, field: string): Fields {
  const value = at(fields, field)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(field, 'must be an object')
  return value as Fields
}

export function readList(fields: Fields, field: string): readonly unknown[] {
  const value = at(fields, field)
  if (!Array.isArray(value)) throw invalid(field, 'must be a list')
  return value
}

/** The version that this process writes and reads. */
const VERSION = 1

/** Absent is 1. Another version is another process's business: its own reason, so that nobody drops it. */
export function readVersion(fields: Fields): 1 {
  const value = at(fields, 'v') ?? VERSION
  if (value !== VERSION)
    throw new Refusal('unknown_version', `v: ${String(value)} is not known here, only ${VERSION}`)
  return VERSION
}
