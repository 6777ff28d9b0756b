import { createHash, randomInt } from 'node:crypto'
import type { KeyType } from './ports/keys.js'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^40 is more than 2^238. */
const RANDOM_CHARACTERS = 40
const PREFIXES: Readonly<Record<KeyType, string>> = { secret: 'sk_', public: 'pk_' }

export function newKeyText(type: KeyType): string {
  const characters = Array.from({ length: RANDOM_CHARACTERS }, () => BASE62[randomInt(BASE62.length)])
  return `${PREFIXES[type]}${characters.join('')}`
}

/**
 * A plain digest is enough: slow hashes protect secrets that people think up, and nobody can go through
 * 2^238 random ones. It must be fast, since every request needs it.
 */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** What may be shown of a key: its kind with four characters, and the last four; less of a short one. */
export function visibleParts(text: string): { readonly prefix: string; readonly lastFour: string } {
  const shown = text.length < 24 ? 3 : 7
  return { prefix: text.slice(0, shown), lastFour: text.slice(-4) }
}
