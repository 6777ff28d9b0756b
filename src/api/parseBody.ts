import { MillraceError } from '../errors.js'

/** Levels of nesting in a body; the root is level 1. */
const MAX_DEPTH = 32
const HOSTILE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The JSON value of a body, or undefined where it has no bytes. Refused with 400: what is not UTF-8 or not
 * JSON, more than 32 levels, keys that name prototypes, numbers beyond double precision's range. A byte order
 * mark in front is skipped.
 */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  const text = decode(bytes)
  if (isTooDeep(text)) throw unreadable('The body is nested deeper than 32 levels.')
  const value = parse(text)
  refuseHostile(value)
  return value
}

function unreadable(message: string): MillraceError {
  return new MillraceError('BAD_REQUEST', message)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw unreadable('The body is not valid UTF-8.')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw unreadable('The body is not valid JSON.')
  }
}

const DEEPER: ReadonlyMap<number, number> = new Map([
  [0x5b, 1],
  [0x7b, 1],
  [0x5d, -1],
  [0x7d, -1],
])
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Counted on the text, before anything is built from it; brackets within strings do not count. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else depth += DEEPER.get(code) ?? 0
    if (depth > MAX_DEPTH) return true
  }
  return false
}

/** Where the string that starts at `start` closes: the next quote behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote === -1 ? text.length : quote
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1
  return (quote - before) % 2 === 1
}

/** Walks without recursion; the value is at most 32 deep but may be wide. */
function refuseHostile(root: unknown): void {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      throw unreadable('The body holds a number that is out of range.')
    if (typeof value === 'object' && value !== null) openUp(value, open)
  }
}

function openUp(value: object, open: unknown[]): void {
  for (const [key, inner] of Object.entries(value)) {
    if (HOSTILE_KEYS.has(key)) throw unreadable(`The body holds the key "${key}", which is not allowed.`)
    open.push(inner)
  }
}
