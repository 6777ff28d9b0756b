import type { Brand } from '../../workflow/ids.js'
import { toUuid } from './bson.js'

interface Place<Id extends Brand<string>> {
  readonly createdAt: Date
  readonly id: Id
}

/** The rows behind this one in a list that is sorted by creation, newest first. */
export function behind({ createdAt, id }: Place<Brand<string>>) {
  return {
    createdAt: { $lte: createdAt },
    $or: [{ createdAt: { $lt: createdAt } }, { _id: { $lt: toUuid(id) } }],
  }
}

/** The place of the last row of a page; null when nothing was read beyond `limit`. */
export function nextPlace<Id extends Brand<string>>(
  rows: readonly Place<Id>[],
  limit: number,
): Place<Id> | null {
  const last = rows[limit - 1]
  return rows.length > limit && last !== undefined ? { createdAt: last.createdAt, id: last.id } : null
}
