import type { TemplateId } from '../workflow/ids.js'
import { own } from '../workflow/json.js'
import type { Step } from '../workflow/step.js'

/** Every template that these steps name, at their top level or in their config. */
export function templateIdsOf(steps: readonly Pick<Step, 'type' | 'config' | 'templateId'>[]): TemplateId[] {
  const named = steps.flatMap(({ type, config, templateId }) =>
    type === 'SEND_EMAIL' ? [templateId, own(config, 'templateId')] : [templateId],
  )
  return [
    ...new Set(named.filter((id) => typeof id === 'string').map((id) => id.toLowerCase())),
  ] as TemplateId[]
}
