import { MillraceError } from '../errors.js'
import type { ProjectId, TemplateId } from '../workflow/ids.js'

/** Is this template there, and the project's own? */
export interface TemplateLookup {
  exists(projectId: ProjectId, id: TemplateId): Promise<boolean>
}

/** Refuses templates of other projects just as those of none. */
export async function expectTemplates(
  templates: TemplateLookup,
  projectId: ProjectId,
  ids: readonly TemplateId[],
): Promise<void> {
  const there = await Promise.all([...new Set(ids)].map((id) => templates.exists(projectId, id)))
  if (there.includes(false)) throw new MillraceError('TEMPLATE_NOT_FOUND', 'There is no such template.')
}
