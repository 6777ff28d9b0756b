import type { TemplateId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { Step, StepKind } from '../../workflow/step.js'
import { byPriority, type Transition } from '../../workflow/transition.js'
import type { TriggerConfig, TriggerType, Workflow } from '../../workflow/workflow.js'
import { renameInObject } from './references.js'

/** How transitions name the TRIGGER, which is not among the exported steps. */
export const TRIGGER_KEY = 'trigger'

export interface ExchangeStep {
  readonly key: string
  readonly type: StepKind
  readonly name: string
  readonly position: { readonly x: number; readonly y: number }
  readonly config: JsonObject
  readonly templateId: TemplateId | null
}

export interface ExchangeTransition {
  readonly from: string
  readonly to: string
  readonly condition: JsonObject | null
  readonly priority: number
}

/** A whole definition as one JSON document: keys instead of ids, so that it means the same anywhere. */
export interface Exchange {
  readonly name: string
  readonly description: string | null
  readonly allowReentry: boolean
  readonly triggerType: TriggerType
  readonly triggerConfig: TriggerConfig
  readonly steps: readonly ExchangeStep[]
  readonly transitions: readonly ExchangeTransition[]
}

export function exportWorkflow(workflow: Workflow): Exchange {
  const { name, description, allowReentry, triggerType, triggerConfig } = workflow
  const keys = new Map<string, string>(workflow.steps.map((step) => [step.id, keyOf(step)]))
  const rename = (id: string) => keys.get(id)
  const steps = workflow.steps.flatMap(({ key, type, name, position, config, templateId }) =>
    type === 'TRIGGER'
      ? []
      : [{ key, type, name, position, config: renameInObject(config, rename), templateId }],
  )
  const transitions = inOrder(workflow).map((transition) => ({
    from: String(keys.get(transition.fromStepId)),
    to: String(keys.get(transition.toStepId)),
    condition: transition.condition === null ? null : renameInObject(transition.condition, rename),
    priority: transition.priority,
  }))
  return { name, description, allowReentry, triggerType, triggerConfig, steps, transitions }
}

/** By the step they leave, in the order of steps, then as they are tried. */
function inOrder({ steps, transitions }: Workflow): Transition[] {
  const place = new Map(steps.map(({ id }, index) => [id, index]))
  const placeOf = ({ fromStepId }: Transition) => Number(place.get(fromStepId))
  return [...transitions].sort((a, b) => placeOf(a) - placeOf(b) || byPriority(a, b))
}

function keyOf({ type, key }: Step): string {
  return type === 'TRIGGER' ? TRIGGER_KEY : key
}
