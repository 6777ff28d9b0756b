import type { Fault } from '../workflow/fault.js'
import type { JsonObject } from '../workflow/json.js'
import type { Step, StepKind } from '../workflow/step.js'
import { condition } from './condition.js'
import type { StepDefinition } from './definition.js'
import { delay } from './delay.js'
import { exit } from './exit.js'
import { sendEmail } from './sendEmail.js'
import { updateContact } from './updateContact.js'
import { waitForEvent } from './waitForEvent.js'
import { webhook } from './webhook.js'
import { zodFaults } from './zodFaults.js'

type Definitions = { readonly [Kind in StepKind]: StepDefinition<Kind, unknown> }

/** Every kind of step; topic, API check, consumer, OpenAPI and docs follow from this list. */
export const STEP_DEFINITIONS: Definitions = {
  SEND_EMAIL: sendEmail,
  DELAY: delay,
  WAIT_FOR_EVENT: waitForEvent,
  CONDITION: condition,
  WEBHOOK: webhook,
  UPDATE_CONTACT: updateContact,
  EXIT: exit,
}

export function stepDefinition(kind: StepKind): StepDefinition<StepKind, unknown> {
  return STEP_DEFINITIONS[kind]
}

/** All that is wrong with a config that somebody wants to store; `field` is where it stands in the request. */
export function configFaults(kind: StepKind, config: JsonObject, field = 'config'): Fault[] {
  const parsed = stepDefinition(kind).config.safeParse(config, { reportInput: true })
  return parsed.success ? [] : zodFaults(parsed.error.issues, field)
}

/** The branches that transitions from this step can name. */
export function branchesOf({ type, config }: Pick<Step, 'type' | 'config'>): readonly string[] {
  if (type === 'TRIGGER') return []
  const definition = stepDefinition(type)
  const parsed = definition.config.safeParse(config)
  return parsed.success ? definition.branches(parsed.data) : []
}
