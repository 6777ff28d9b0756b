import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { Message } from '../batch.js'

const NO_HEADERS: Readonly<Record<string, string>> = {}
/** The last moment that a Date can name; producers' clocks can be anything on a topic without LogAppendTime. */
const LAST_MS = 8.64e15

export function toMessage(
  partition: number,
  { key, value, headers, offset, timestamp }: KafkaMessage,
): Message {
  return {
    partition,
    key,
    value,
    headers: toHeaders(headers),
    offset: Number(offset),
    at: new Date(Math.min(Math.max(Number(timestamp), 0), LAST_MS)),
  }
}

function toHeaders(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  if (headers === undefined) return NO_HEADERS
  const entries = Object.entries(headers)
  return entries.length === 0
    ? NO_HEADERS
    : Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)]))
}

/** A header that was given more than once counts with its last value. */
function textOf(value: IHeaders[string]): string {
  const last = Array.isArray(value) ? value.at(-1) : value
  return last === undefined ? '' : last.toString()
}
