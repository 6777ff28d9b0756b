import mongoose from 'mongoose'
import type { JsonObject, JsonValue } from '../../workflow/json.js'

const { Binary } = mongoose.mongo
type StoredBytes = InstanceType<typeof Binary>
/** A JSON value as it stands in a document: itself where BSON says it exactly, else the bytes of its JSON. */
export type StoredValue = JsonValue | StoredBytes
export type StoredFields = Record<string, StoredValue>

/** BSON ends at 100 levels, the document around the value included. */
const MAX_DEPTH = 64
/** With the `u` flag a pair is one character: only a half without its other half is found. */
const HALF_SURROGATE = /\p{Surrogate}/u

/**
 * BSON cannot hold NUL in keys or half surrogates, and its JavaScript driver gives `_bsontype` and `$ref`
 * a meaning of their own. JSON never comes out as Binary, so the two forms cannot be confused.
 */
export function storeValue(value: JsonValue): StoredValue {
  return isPlain(value, 0) ? value : new Binary(Buffer.from(JSON.stringify(value)))
}

export function loadValue(stored: StoredValue): JsonValue {
  return stored instanceof Binary ? (JSON.parse(stored.toString('utf8')) as JsonValue) : stored
}

function isPlain(value: JsonValue, depth: number): boolean {
  if (typeof value === 'string') return !HALF_SURROGATE.test(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  return Object.entries(value).every(([key, item]) => isPlainKey(key) && isPlain(item, depth + 1))
}

function isPlainKey(key: string): boolean {
  return storeKey(key) === key && key !== '__proto__'
}

const UNSAFE_KEY = /[%.\0]|^\$/g

/** A field's name that `$set` and `$unset` take for one name, never for a path or an operator; reversible. */
export function storeKey(key: string): string {
  if (key === '') return '%'
  if (key === '_bsontype') return '%5Fbsontype'
  if (HALF_SURROGATE.test(key)) return `%u${Buffer.from(key, 'utf16le').toString('hex')}`
  return key.replace(UNSAFE_KEY, percent)
}

function percent(char: string): string {
  return `%${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0').toUpperCase()}`
}

export function loadKey(stored: string): string {
  if (!stored.includes('%')) return stored
  if (stored === '%') return ''
  if (stored.startsWith('%u')) return Buffer.from(stored.slice(2), 'hex').toString('utf16le')
  return stored.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
}

export function storeFields(fields: JsonObject): StoredFields {
  const stored: StoredFields = {}
  for (const key of Object.keys(fields)) setOwn(stored, storeKey(key), storeValue(fields[key] as JsonValue))
  return stored
}

export function loadFields(stored: StoredFields): JsonObject {
  const fields: JsonObject = {}
  for (const key of Object.keys(stored)) setOwn(fields, loadKey(key), loadValue(stored[key] as StoredValue))
  return fields
}

/** A field named `__proto__` stays a field: set like the others, it would be the object's prototype. */
function setOwn<Value>(fields: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') fields[key] = value
  else Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true })
}
