import { isJsonObject, type JsonObject, jsonBytes } from '../src/workflow/json.js'
import { HOSTILE_NAMES } from '../src/workflow/path.js'
import { invalid } from './fields.js'
import { Refusal } from './refusal.js'

/** Levels of nesting, the object itself included. */
const MAX_DEPTH = 32
const MAX_BYTES = 256 * 1024
/** Written again, a number such as 1e20 takes up to six times the bytes that it came with. */
const GROWTH = 6

export function parseData(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalid('data', 'is not valid JSON')
  }
}

/**
 * An event's data: an object of at most 256 KiB and 32 levels, without keys that name prototypes and without
 * numbers beyond double precision's range. `wireBytes`: the length of the message that it came in.
 */
export function checkData(value: unknown, wireBytes: number): JsonObject {
  if (!isJsonObject(value)) throw invalid('data', 'must be an object')
  walk(value)
  if (wireBytes * GROWTH > MAX_BYTES && jsonBytes(value) > MAX_BYTES) {
    throw new Refusal('too_large', 'data: is larger than 256 KiB')
  }
  return value
}

/** Level by level, without recursion: a hostile value may be as deep as it likes. */
function walk(root: object): void {
  let level: object[] = [root]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw invalid('data', `is nested deeper than ${MAX_DEPTH} levels`)
    const next: object[] = []
    for (const value of level) checkKeys(value, next)
    level = next
  }
}

function checkKeys(value: object, next: object[]): void {
  for (const [key, inner] of Object.entries(value)) {
    if (HOSTILE_NAMES.has(key)) throw invalid('data', `holds the key "${key}", which is not allowed`)
    if (isNested(inner)) next.push(inner)
    else if (isBeyondRange(inner)) throw invalid('data', `holds a number that is out of range at "${key}"`)
  }
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isBeyondRange(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}
