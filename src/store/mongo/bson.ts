import mongoose from 'mongoose'
import type { Brand } from '../../workflow/ids.js'

const { UUID } = mongoose.mongo
const BYTES = 16
/** By character code: the four bits of a hexadecimal digit; a dash has none. */
const DIGITS = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
)
const DASH = '-'.charCodeAt(0)
/** How ids stand in the database: BSON binary, subtype 4. */
export type StoredId = InstanceType<typeof UUID>

/** `id` is a UUID in lower case: from its bytes, since the library would check its text three times over. */
export function toUuid(id: string): StoredId {
  const bytes = Buffer.allocUnsafe(BYTES)
  let at = 0
  for (let place = 0; at < BYTES; place += 2) {
    if (id.charCodeAt(place) === DASH) place++
    bytes[at++] = (DIGITS[id.charCodeAt(place)] ?? 0) * 16 + (DIGITS[id.charCodeAt(place + 1)] ?? 0)
  }
  return new UUID(bytes)
}

export function toUuids(ids: readonly string[]): StoredId[] {
  return ids.map(toUuid)
}

export function fromUuid<Id extends Brand<string>>(stored: StoredId): Id {
  const hex = (stored.buffer as Buffer).toString('hex', 0, BYTES)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id
}
