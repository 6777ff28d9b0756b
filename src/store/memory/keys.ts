import { randomUUID } from 'node:crypto'
import type { KeyId, ProjectId } from '../../workflow/ids.js'
import { digestOf, visibleParts } from '../apiKeys.js'
import type { ApiKey, KeyStore, NewKey } from '../ports/keys.js'

interface MemoryKey extends ApiKey {
  readonly digest: string
  revokedAt: Date | null
}

export function createMemoryKeys(): KeyStore {
  const kept: MemoryKey[] = []
  const live = (projectId: ProjectId) =>
    kept.filter((key) => key.projectId === projectId && key.revokedAt === null)
  return {
    findByDigest: async (digest) => {
      const key = kept.find((each) => each.digest === digest.toString('hex') && each.revokedAt === null)
      return key === undefined ? null : { projectId: key.projectId, keyId: key.id, type: key.type }
    },
    add: async (projectId, key, now) => {
      const digest = digestOf(key.text).toString('hex')
      if (kept.some((each) => each.digest === digest)) return null
      const made = { ...newMemoryKey(projectId, key, now), digest, revokedAt: null }
      kept.unshift(made)
      return shown(made)
    },
    list: async (projectId) => live(projectId).map(shown),
    revoke: async (projectId, id, now) => {
      const key = live(projectId).find((each) => each.id === id)
      if (key === undefined) return 'unknown'
      const secrets = live(projectId).filter(({ type }) => type === 'secret')
      if (key.type === 'secret' && secrets.length === 1) return 'last'
      key.revokedAt = now
      return 'revoked'
    },
  }
}

function newMemoryKey(projectId: ProjectId, { type, name, text }: NewKey, createdAt: Date): ApiKey {
  return { id: randomUUID() as string as KeyId, projectId, type, name, ...visibleParts(text), createdAt }
}

function shown({ digest: _digest, revokedAt: _revokedAt, ...key }: MemoryKey): ApiKey {
  return key
}
