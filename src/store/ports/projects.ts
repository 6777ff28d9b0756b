import type { ProjectId } from '../../workflow/ids.js'
import type { NewKey } from './keys.js'

export interface Project {
  readonly id: ProjectId
  readonly name: string
  readonly createdAt: Date
}

/** The keys that ids of new contacts are derived with; they never change. */
export interface ProjectSecrets {
  /** A project that does not exist is missing from the answer. */
  contactSecrets(projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, Buffer>>
}

export interface ProjectStore extends ProjectSecrets {
  create(name: string, now: Date): Promise<Project>
  /** Project and first keys at once, all or nothing; false: a project with this id is there already. */
  createWithKeys(project: Project, keys: readonly NewKey[]): Promise<boolean>
  get(projectId: ProjectId): Promise<Project | null>
  /** Oldest first; for the command line and the first start, never for a request. */
  all(): Promise<Project[]>
}
