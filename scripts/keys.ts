import { randomBytes } from 'node:crypto'
import { remember, remembered } from './services/stateFolder.js'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_CHARACTERS = 32
/** The largest multiple of 62 in a byte: bytes from here on would favour the first characters. */
const FAIR = 248
const FILE = 'keys.json'

export interface ProjectKeys {
  readonly secretKey: string
  readonly publicKey: string
}

/** A key as the API knows it: `sk_` or `pk_` and 32 characters, 190 bits of randomness. */
export function newKey(prefix: 'sk' | 'pk'): string {
  let text = ''
  while (text.length < RANDOM_CHARACTERS) {
    for (const byte of randomBytes(RANDOM_CHARACTERS)) if (byte < FAIR) text += ALPHABET.charAt(byte % 62)
  }
  return `${prefix}_${text.slice(0, RANDOM_CHARACTERS)}`
}

/** The keys of the project `default`: from the environment, else made once and kept in the state folder. */
export function projectKeys(state: string, env: NodeJS.ProcessEnv): ProjectKeys {
  const kept = remembered<ProjectKeys>(state, FILE)
  const keys = kept ?? { secretKey: newKey('sk'), publicKey: newKey('pk') }
  if (kept === undefined) remember(state, FILE, keys)
  return {
    secretKey: env['MILLRACE_SECRET_KEY'] || keys.secretKey,
    publicKey: env['MILLRACE_PUBLIC_KEY'] || keys.publicKey,
  }
}
