import { randomBytes, randomUUID } from 'node:crypto'
import type { ProjectId } from '../../workflow/ids.js'
import type { Project, ProjectStore } from '../ports/projects.js'

interface MemoryProject extends Project {
  readonly emailSecret: Buffer
  readonly linkSecret: Buffer
}

/** `newSecret` and `newId` may be given, for runs that must come out alike every time. */
export function createMemoryProjects(
  newId: () => string = randomUUID,
  newSecret: () => Buffer = () => randomBytes(32),
): ProjectStore {
  const kept = new Map<ProjectId, MemoryProject>()
  const load = ({ id, name, createdAt }: MemoryProject): Project => ({ id, name, createdAt })
  return {
    create: async (name, now) => {
      const id = newId() as ProjectId
      const project = { id, name, createdAt: now, emailSecret: newSecret(), linkSecret: newSecret() }
      kept.set(id, project)
      return load(project)
    },
    get: async (projectId) => {
      const project = kept.get(projectId)
      return project === undefined ? null : load(project)
    },
    linkSecret: async (projectId) => kept.get(projectId)?.linkSecret ?? null,
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
