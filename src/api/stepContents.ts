import type { z } from 'zod'
import type { TemplateCheck } from '../effects/ports.js'
import { stepFaults } from '../engine/edit/checkStep.js'
import type { StepDraft } from '../engine/edit/steps.js'
import type { Fault } from '../workflow/fault.js'
import { parseId, type TemplateId } from '../workflow/ids.js'
import { isJsonObject, type JsonObject, own } from '../workflow/json.js'
import { STEP_KINDS, type Step, type StepKind } from '../workflow/step.js'
import type { stepBody } from './schemas/graph.js'
import { withSecrets } from './showWorkflow.js'

/** What is wrong with the config of a step that is to be made, as far as kind and config can be read at all. */
export function newStepFaults(body: unknown, check: TemplateCheck): readonly Fault[] {
  if (!isJsonObject(body)) return []
  const type = kindOf(own(body, 'type'))
  const config = Object.hasOwn(body, 'config') ? own(body, 'config') : {}
  if (type === null || !isJsonObject(config)) return []
  const templateId = own(body, 'templateId')
  const named = typeof templateId === 'string' ? templateId.toLowerCase() : null
  return stepFaults({ type, config, templateId: named }, check)
}

function kindOf(type: unknown): StepKind | null {
  return STEP_KINDS.find((kind) => kind === type) ?? null
}

/** The step as asked for. A template in the config shows at the top level too, where none was given. */
export function draftOf({ type, name, position, config, templateId }: z.output<typeof stepBody>): StepDraft {
  return { type, name, position, config, templateId: templateId ?? templateInside(type, config) }
}

function templateInside(type: StepKind, config: JsonObject): TemplateId | null {
  const inside = type === 'SEND_EMAIL' ? own(config, 'templateId') : undefined
  return typeof inside === 'string' ? parseId<TemplateId>(inside) : null
}

export interface ContentPatch {
  readonly config?: JsonObject | undefined
  readonly templateId?: TemplateId | null | undefined
}

/**
 * Config and template after a patch. Of a mail's two places for its template, the one that the patch names leads
 * and the other follows; `templateId: null` clears the top level only.
 */
export function patchedContents(
  before: Step,
  patch: ContentPatch,
): Required<Pick<Step, 'config' | 'templateId'>> {
  const { type } = before
  const config = patch.config === undefined ? before.config : withSecrets(type, before.config, patch.config)
  const templateId = patch.templateId === undefined ? before.templateId : patch.templateId
  if (type !== 'SEND_EMAIL') return { config, templateId }
  if (patch.templateId === undefined && patch.config !== undefined)
    return { config, templateId: templateInside(type, config) ?? templateId }
  const follows = patch.config === undefined && templateId !== null && Object.hasOwn(config, 'templateId')
  return { config: follows ? { ...config, templateId } : config, templateId }
}
