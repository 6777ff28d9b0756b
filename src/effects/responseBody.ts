import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { isJsonObject, type JsonValue, jsonBytes } from '../workflow/json.js'

/** Bytes of a response's body that are kept; what follows is only counted. */
export const KEPT_BYTES = 64 * 1024
/** UTF-8 bytes, as JSON, of what later steps can read of a response: it must fit into a step's output. */
const MAX_RESPONSE_BYTES = 15 * 1024
const MAX_DEPTH = 32

export interface Body {
  readonly kept: Buffer
  /** Nothing was cut off. */
  readonly whole: boolean
  readonly type: string
  readonly encoding: string
}

/**
 * What a step keeps of a response: JSON where the body says it is JSON, is whole, small and can be stored;
 * otherwise its beginning as text; null for an empty body or one in an encoding that cannot be read.
 */
export function readBody({ kept, whole, type, encoding }: Body): JsonValue {
  const bytes = decompressed(kept, encoding)
  if (bytes === null || bytes.length === 0) return null
  const text = new TextDecoder().decode(bytes)
  const json = whole && /[/+]json\b/i.test(type) ? parsed(text) : undefined
  return json === undefined ? cut(text) : json
}

const DECOMPRESS: ReadonlyMap<string, typeof gunzipSync | typeof brotliDecompressSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
])

/** We ask for no encoding; one that comes all the same is undone only as far as the bytes stay few. */
function decompressed(bytes: Buffer, encoding: string): Buffer | null {
  const name = encoding.trim().toLowerCase()
  if (name === '' || name === 'identity') return bytes
  try {
    return DECOMPRESS.get(name)?.(bytes, { maxOutputLength: KEPT_BYTES }) ?? null
  } catch {
    return null
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isStorable(value, 1) && jsonBytes(value) <= MAX_RESPONSE_BYTES ? value : undefined
  } catch {
    return undefined
  }
}

/** No deeper than requests may be, and no names that a database or a prototype would stumble over. */
function isStorable(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth > MAX_DEPTH) return false
  if (isJsonObject(value) && Object.keys(value).some((key) => key === '__proto__' || key.includes('\0')))
    return false
  return Object.values(value).every((item) => isStorable(item, depth + 1))
}

function cut(text: string): string {
  let short = text.slice(0, MAX_RESPONSE_BYTES)
  for (let bytes = jsonBytes(short); bytes > MAX_RESPONSE_BYTES; bytes = jsonBytes(short))
    short = short.slice(0, Math.floor((short.length * MAX_RESPONSE_BYTES) / bytes) - 1)
  // Never half of a surrogate pair at the end.
  return short.replace(/[\ud800-\udbff]$/, '')
}
