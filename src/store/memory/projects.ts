import { randomBytes, randomUUID } from 'node:crypto'
import type { ProjectId } from '../../workflow/ids.js'
import type { KeyStore } from '../ports/keys.js'
import type { Project, ProjectStore } from '../ports/projects.js'
import { createMemoryKeys } from './keys.js'

interface MemoryProject extends Project {
  readonly emailSecret: Buffer
}

/** Ids and secrets may be given, for runs that must come out alike every time. */
export interface MemoryProjectsOptions {
  readonly keys?: KeyStore
  readonly newId?: () => string
  readonly newSecret?: () => Buffer
}

export function createMemoryProjects(options: MemoryProjectsOptions = {}): ProjectStore {
  const { keys = createMemoryKeys(), newId = randomUUID, newSecret = () => randomBytes(32) } = options
  const kept = new Map<ProjectId, MemoryProject>()
  const load = ({ id, name, createdAt }: MemoryProject): Project => ({ id, name, createdAt })
  return {
    create: async (name, now) => {
      const project = { id: newId() as ProjectId, name, createdAt: now }
      kept.set(project.id, { ...project, emailSecret: newSecret() })
      return project
    },
    createWithKeys: async (project, newKeys) => {
      if (kept.has(project.id)) return false
      kept.set(project.id, { ...project, emailSecret: newSecret() })
      for (const key of newKeys) await keys.add(project.id, key, project.createdAt)
      return true
    },
    get: async (projectId) => {
      const project = kept.get(projectId)
      return project === undefined ? null : load(project)
    },
    all: async () => [...kept.values()].map(load),
    contactSecrets: async (projectIds) =>
      new Map(
        projectIds.flatMap((id) => {
          const project = kept.get(id)
          return project === undefined ? [] : [[id, project.emailSecret] as const]
        }),
      ),
  }
}
