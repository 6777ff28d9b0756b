import mongoose from 'mongoose'
import type { Brand } from '../../workflow/ids.js'

const { UUID } = mongoose.mongo
const DASH = /-/g
/** How ids stand in the database: BSON binary, subtype 4. */
export type StoredId = InstanceType<typeof UUID>

/** `id` is a UUID in lower case: from its bytes, since the library would check its text three times over. */
export function toUuid(id: string): StoredId {
  return new UUID(Buffer.from(id.replace(DASH, ''), 'hex'))
}

export function toUuids(ids: readonly string[]): StoredId[] {
  return ids.map(toUuid)
}

export function fromUuid<Id extends Brand<string>>(stored: StoredId): Id {
  return stored.toHexString() as Id
}
