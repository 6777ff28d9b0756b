import type { Fields } from './fields.js'
import { Refusal } from './refusal.js'

/** Beyond this nothing is even parsed: no shape of ours comes near it. */
const MAX_BYTES = 2 * 1024 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON object of a value's bytes; a byte order mark in front is skipped. */
export function parseJson(buffer: Buffer): Fields {
  if (buffer.length > MAX_BYTES) throw new Refusal('too_large', `the message has ${buffer.length} bytes`)
  const value = parse(buffer)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('not_readable', 'the message is no JSON object')
  }
  return value as Fields
}

function parse(buffer: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(buffer)) as unknown
  } catch {
    throw new Refusal('not_readable', 'the message is neither Avro in Confluent framing nor valid JSON')
  }
}
