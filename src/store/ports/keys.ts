import type { KeyId, ProjectId } from '../../workflow/ids.js'

export type KeyType = 'secret' | 'public'

/** What a key opens. */
export interface KeyOwner {
  readonly projectId: ProjectId
  readonly keyId: KeyId
  readonly type: KeyType
}

/** Keys are kept as SHA-256 digests of their whole text: the database never holds one that opens anything. */
export interface KeyLookup {
  /** Null: unknown or revoked. */
  findByDigest(digest: Buffer): Promise<KeyOwner | null>
}
