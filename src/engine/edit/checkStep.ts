import type { TemplateCheck } from '../../effects/ports.js'
import { configFaults, stepDefinition } from '../../steps/index.js'
import { liquidFaults } from '../../steps/liquidFaults.js'
import type { Fault } from '../../workflow/fault.js'
import { type JsonObject, own } from '../../workflow/json.js'
import type { StepKind } from '../../workflow/step.js'

/** What a request says of a step's contents, unchecked beyond its kind. */
export interface StepContents {
  readonly type: StepKind
  readonly config: JsonObject
  readonly templateId: string | null
}

/** All that is wrong with a step's config, by fields `config.…`; a template may stand beside the config instead. */
export function stepFaults(
  { type, config, templateId }: StepContents,
  check: TemplateCheck,
): readonly Fault[] {
  const liquid = liquidFaults(stepDefinition(type).liquid ?? [], config, check)
  const faults = [...configFaults(type, config), ...liquid]
  return type === 'SEND_EMAIL' ? [...faults, ...templateFaults(config, templateId)] : faults
}

function templateFaults(config: JsonObject, templateId: string | null): Fault[] {
  const inside = own(config, 'templateId')
  if (templateId === null && (inside === undefined || inside === null))
    return [{ field: 'templateId', message: 'is required', code: 'required' }]
  if (templateId === null || typeof inside !== 'string' || inside.toLowerCase() === templateId) return []
  return [{ field: 'templateId', message: 'must agree with config.templateId', code: 'invalid_value' }]
}
