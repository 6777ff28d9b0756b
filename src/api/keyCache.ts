import { createHash } from 'node:crypto'
import type { KeyLookup, KeyOwner } from '../store/ports/keys.js'

/** A revoked key is dead everywhere within 5 s: found keys are believed for less than that. */
const BELIEVE_MS = 4_000
const MOST_KEPT = 10_000

interface Kept {
  readonly owner: Promise<KeyOwner | null>
  readonly untilMs: number
}

export type FindKey = (key: string) => Promise<KeyOwner | null>

/**
 * Finds whose key this is. Keys that were found are kept for some seconds, unknown ones are not: a key works
 * as soon as it was made. Requests at the same time share one look-up.
 */
export function createKeyCache(lookup: KeyLookup, nowMs: () => number = () => performance.now()): FindKey {
  const kept = new Map<string, Kept>()
  const look = async (digest: Buffer, name: string): Promise<KeyOwner | null> => {
    const owner = await lookup.findByDigest(digest).catch((error: unknown) => {
      kept.delete(name)
      throw error
    })
    if (owner === null) kept.delete(name)
    return owner
  }
  return (key) => {
    const digest = createHash('sha256').update(key).digest()
    const name = digest.toString('base64')
    const known = kept.get(name)
    if (known !== undefined && nowMs() < known.untilMs) return known.owner
    if (kept.size >= MOST_KEPT) kept.clear()
    const owner = look(digest, name)
    kept.set(name, { owner, untilMs: nowMs() + BELIEVE_MS })
    return owner
  }
}
