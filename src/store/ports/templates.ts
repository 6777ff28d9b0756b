import type { ProjectId, TemplateId } from '../../workflow/ids.js'
import type { Template } from '../../workflow/mail.js'

export type TemplateFields = Omit<Template, 'id' | 'projectId' | 'createdAt' | 'updatedAt'>

export interface TemplateQuery {
  /** Literal part of the name, in any case. */
  readonly search: string | null
  readonly skip: number
  readonly limit: number
}

export interface TemplateChange {
  readonly fields: Partial<TemplateFields>
  readonly now: Date
}

export interface TemplateStore {
  exists(projectId: ProjectId, id: TemplateId): Promise<boolean>
  find(projectId: ProjectId, id: TemplateId): Promise<Template | null>
  /** Newest first; `total` is exact. */
  list(
    projectId: ProjectId,
    query: TemplateQuery,
  ): Promise<{ readonly templates: readonly Template[]; readonly total: number }>
  create(projectId: ProjectId, fields: TemplateFields, now: Date): Promise<Template>
  /** Null: no such template. */
  change(projectId: ProjectId, id: TemplateId, change: TemplateChange): Promise<Template | null>
  remove(projectId: ProjectId, id: TemplateId): Promise<boolean>
}
