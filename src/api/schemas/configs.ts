import { STEP_DEFINITIONS } from '../../steps/index.js'
import { STEP_KINDS } from '../../workflow/step.js'

/** The name under which OpenAPI holds the config of each kind. */
function configName(kind: string): string {
  const words = kind.toLowerCase().split('_')
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Config`
}

export function configSchemas(): { $ref: string }[] {
  return STEP_KINDS.map((kind) => ({ $ref: `#/components/schemas/${configName(kind)}` }))
}

/** Each kind's config schema under its name. */
export const CONFIG_COMPONENTS = STEP_KINDS.map((kind) =>
  STEP_DEFINITIONS[kind].config.meta({ ...STEP_DEFINITIONS[kind].config.meta(), id: configName(kind) }),
)
