import type { JsonValue } from './json.js'

/** Names that lead to a prototype: refused wherever a name is written down. */
export const HOSTILE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The value at `path`, going through own properties of objects and lists only; undefined where there is none. */
export function ownAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, JsonValue>)[key]
  }
  return at
}
