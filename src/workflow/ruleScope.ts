import type { Contact } from './contact.js'
import type { JsonObject } from './json.js'
import { type RuleResult, ruleHolds } from './rule.js'

/** A contact as rules and templates see it; times are ISO 8601. */
export function contactScope(contact: Contact): JsonObject {
  const { id, email, subscribed, data, createdAt, updatedAt } = contact
  return {
    id,
    email,
    subscribed,
    data,
    // Few ask for them, and this is made for every step.
    get createdAt() {
      return createdAt.toISOString()
    },
    get updatedAt() {
      return updatedAt.toISOString()
    },
  }
}

/** What rules run over, under every name that a root goes by: `data` is the contact's, `workflow` the event's. */
export function ruleScope(contact: Contact | null, event: JsonObject): JsonObject {
  const person = contact === null ? null : contactScope(contact)
  return { contact: person, data: contact?.data ?? null, event, workflow: event }
}

/** Does the event's data (as merged into the context) satisfy a trigger's rule? */
export function triggerRuleHolds(
  rule: JsonObject,
  { contact, event }: { readonly contact: Contact | null; readonly event: JsonObject },
): RuleResult<boolean> {
  return ruleHolds(rule, ruleScope(contact, event))
}

/** Does the arriving event satisfy a wait's rule? `trigger` is the data of the event that started it all. */
export function waitRuleHolds(
  rule: JsonObject,
  facts: { readonly contact: Contact | null; readonly event: JsonObject; readonly trigger: JsonObject },
): RuleResult<boolean> {
  return ruleHolds(rule, { ...ruleScope(facts.contact, facts.event), trigger: facts.trigger })
}
