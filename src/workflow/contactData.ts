import type { Fault } from './fault.js'
import { isJsonObject, type JsonObject, type JsonValue, jsonBytes } from './json.js'
import { HOSTILE_NAMES } from './path.js'

/** Of one event's data, and of all of a contact's data. */
export const MAX_DATA_BYTES = 256 * 1024

/** Written by the engine or made for each mail: data never sets them. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  'id',
  'email',
  'unsubscribeUrl',
  'subscribeUrl',
  'manageUrl',
])

/** What data sent with an event does, key by key. */
export interface MergePlan {
  readonly set: Readonly<Record<string, JsonValue>>
  readonly unset: readonly string[]
  /** The data as sent, wrappers unwrapped; bad keys left out. */
  readonly context: JsonObject
  /** Bad keys, which nothing keeps. */
  readonly dropped: readonly string[]
}

/**
 * Merges key by key: null deletes, "" is ignored, reserved keys stay out of the contact, and
 * `{ value, persistent: false }` reaches the context alone. Only top-level keys are looked at.
 */
export function mergePlan(data: JsonObject): MergePlan {
  const plan: MutablePlan = { set: {}, unset: [], context: {}, dropped: [] }
  for (const [key, sent] of Object.entries(data)) {
    if (keyFault(key) === null) merge(plan, key, unwrap(sent))
    else plan.dropped.push(key)
  }
  return plan
}

interface MutablePlan {
  readonly set: Record<string, JsonValue>
  readonly unset: string[]
  readonly context: JsonObject
  readonly dropped: string[]
}

function merge(plan: MutablePlan, key: string, { value, persistent }: Unwrapped): void {
  plan.context[key] = value
  if (!persistent || RESERVED_KEYS.has(key) || value === '') return
  if (value === null) plan.unset.push(key)
  else plan.set[key] = value
}

/** All that is wrong with data that came over HTTP: bad keys, and its size. Reserved keys are no fault. */
export function checkDataKeys(data: JsonObject, field = 'data'): Fault[] {
  const faults: Fault[] = []
  for (const key of Object.keys(data)) {
    const message = keyFault(key)
    if (message !== null) faults.push({ field: `${field}.${key}`, message, code: 'invalid_key' })
  }
  return [...faults, ...sizeFaults(data, field)]
}

export function sizeFaults(data: JsonObject, field = 'data'): Fault[] {
  if (jsonBytes(data) <= MAX_DATA_BYTES) return []
  return [{ field, message: `must be at most ${MAX_DATA_BYTES} bytes as JSON`, code: 'too_big' }]
}

/** Why a contact's data cannot have this key, or null. */
function keyFault(key: string): string | null {
  if (key === '') return 'a key must not be empty'
  if (key.startsWith('$')) return 'a key must not start with "$"'
  if (key.includes('.') || key.includes('\0')) return 'a key must not contain "." or NUL'
  return HOSTILE_NAMES.has(key) ? `"${key}" is no key` : null
}

/** A wrapper has exactly the keys `value` and `persistent`; every other object is plain data. */
function unwrap(sent: JsonValue): Unwrapped {
  const plain = { value: sent, persistent: true }
  if (!isJsonObject(sent) || Object.keys(sent).length !== 2) return plain
  const { value, persistent } = sent
  return value !== undefined && typeof persistent === 'boolean' ? { value, persistent } : plain
}

interface Unwrapped {
  readonly value: JsonValue
  readonly persistent: boolean
}
