import { z } from 'zod'
import { mergePlan } from '../workflow/contactData.js'
import { canonicalName } from '../workflow/contactEvent.js'
import type { JsonObject } from '../workflow/json.js'
import { isJsonObject, own } from '../workflow/json.js'
import { type RuleResult, usesOf } from '../workflow/rule.js'
import { waitRuleHolds as ruleHolds } from '../workflow/ruleScope.js'
import type { Facts, StepDefinition } from './definition.js'
import { ruleSchema } from './ruleConfig.js'

const MAX_TIMEOUT_SECONDS = 31_536_000

const config = z.strictObject({
  eventName: z.string().trim().min(1).max(200),
  timeout: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional(),
  since: z.enum(['step', 'start']).default('step'),
  rule: ruleSchema.optional(),
})

export type WaitForEventConfig = z.infer<typeof config>

/** Waits until the contact does something, or until that took too long. */
export const waitForEvent: StepDefinition<'WAIT_FOR_EVENT', WaitForEventConfig> = {
  type: 'WAIT_FOR_EVENT',
  config,
  branches: () => ['event', 'timeout'],
  // The rule is asked when an event comes; what it reads is read with the step.
  needs({ rule }) {
    const uses = rule === undefined ? null : usesOf(rule)
    return { contact: uses?.contact ?? false, execution: uses?.trigger ?? false }
  },

  decide({ eventName, timeout, since }, { enteredAt, asOf = enteredAt }) {
    const until = timeout === undefined ? null : new Date(asOf.getTime() + Math.ceil(timeout * 1000))
    return { type: 'wait', names: [canonicalName(eventName)], since, until }
  },
}

/** Does this event, having one of the awaited names, satisfy the wait's rule? Without a rule it does. */
export function checkWaitRule(
  stepConfig: JsonObject,
  eventData: JsonObject,
  { contact, context: trigger }: Pick<Facts, 'contact' | 'context'>,
): RuleResult<boolean> {
  const rule = own(stepConfig, 'rule')
  if (!isJsonObject(rule)) return { ok: true, value: true }
  return ruleHolds(rule, { event: mergePlan(eventData).context, trigger, contact })
}

/** The same as an answer: an event over which the rule cannot be evaluated does not satisfy it. */
export function waitRuleHolds(
  stepConfig: JsonObject,
  eventData: JsonObject,
  facts: Pick<Facts, 'contact' | 'context'>,
): boolean {
  const result = checkWaitRule(stepConfig, eventData, facts)
  return result.ok && result.value
}
