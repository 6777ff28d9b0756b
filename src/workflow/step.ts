import type { StepId, TemplateId } from './ids.js'
import type { JsonObject } from './json.js'

/** Every kind of step but the TRIGGER: the kinds that a contact moves through, one topic each. */
export const STEP_KINDS = [
  'SEND_EMAIL',
  'DELAY',
  'WAIT_FOR_EVENT',
  'CONDITION',
  'WEBHOOK',
  'UPDATE_CONTACT',
  'EXIT',
] as const

export type StepKind = (typeof STEP_KINDS)[number]
export type StepType = 'TRIGGER' | StepKind

export interface Step {
  readonly id: StepId
  /** Survives copying, export and import; unique in its workflow. */
  readonly key: string
  readonly type: StepType
  readonly name: string
  readonly position: { readonly x: number; readonly y: number }
  readonly config: JsonObject
  readonly templateId: TemplateId | null
  readonly createdAt: Date
  readonly updatedAt: Date
}
