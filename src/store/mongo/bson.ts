import mongoose from 'mongoose'
import type { Brand } from '../../workflow/ids.js'

const { UUID } = mongoose.mongo
/** How ids stand in the database: BSON binary, subtype 4. */
export type StoredId = InstanceType<typeof UUID>

export function toUuid(id: string): StoredId {
  return new UUID(id)
}

export function toUuids(ids: readonly string[]): StoredId[] {
  return ids.map((id) => new UUID(id))
}

export function fromUuid<Id extends Brand<string>>(stored: StoredId): Id {
  return stored.toHexString() as Id
}
