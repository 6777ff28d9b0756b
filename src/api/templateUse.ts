import { MillraceError } from '../errors.js'
import type { TemplateStore } from '../store/ports/templates.js'
import type { ProjectId, TemplateId } from '../workflow/ids.js'

export type TemplateLookup = Pick<TemplateStore, 'find'>

/** Refuses templates of other projects just as those of none. */
export async function expectTemplates(
  templates: TemplateLookup,
  projectId: ProjectId,
  ids: readonly TemplateId[],
): Promise<void> {
  const there = await Promise.all([...new Set(ids)].map((id) => templates.find(projectId, id)))
  if (there.includes(null)) throw new MillraceError('TEMPLATE_NOT_FOUND', 'There is no such template.')
}
