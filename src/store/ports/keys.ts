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

/** A key as its project's people see it; never its text. */
export interface ApiKey {
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly type: KeyType
  readonly name: string | null
  /** The first and last characters of its text, to tell keys apart by. */
  readonly prefix: string
  readonly lastFour: string
  readonly createdAt: Date
}

/** A key to be stored. `text` is hashed on the way in and kept nowhere. */
export interface NewKey {
  readonly text: string
  readonly type: KeyType
  readonly name: string | null
}

export interface KeyStore extends KeyLookup {
  /** Null: a key with this text is there already. */
  add(projectId: ProjectId, key: NewKey, now: Date): Promise<ApiKey | null>
  /** Those that open something; newest first. */
  list(projectId: ProjectId): Promise<ApiKey[]>
  /** 'last': it is the project's last secret key and stays, whatever is revoked at the same time. */
  revoke(projectId: ProjectId, id: KeyId, now: Date): Promise<'revoked' | 'unknown' | 'last'>
}
