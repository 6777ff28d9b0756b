import type { Contact } from '../workflow/contact.js'
import { canonicalName } from '../workflow/contactEvent.js'
import type { JsonObject } from '../workflow/json.js'
import { evaluateRule } from '../workflow/rule.js'
import type { Workflow } from '../workflow/workflow.js'
import { definitionOf } from '../workflow/workflow.js'
import { type Compiled, compile } from './compile.js'

/** A workflow that events can start, ready to be asked. */
export interface Trigger {
  readonly workflow: Workflow
  readonly compiled: Compiled
}

export type TriggerTable = ReadonlyMap<string, readonly Trigger[]>

/** Enabled workflows by the one form of their event's name. */
export function triggerTable(workflows: readonly Workflow[]): TriggerTable {
  const table = new Map<string, Trigger[]>()
  for (const workflow of workflows) {
    if (!workflow.enabled || workflow.triggerType !== 'EVENT') continue
    const compiled = compile(definitionOf(workflow))
    if (compiled === null) continue
    const name = canonicalName(workflow.triggerConfig.eventName)
    table.set(name, [...(table.get(name) ?? []), { workflow, compiled }])
  }
  return table
}

export interface Matched {
  readonly trigger: Trigger
  /** Set when the trigger's rule could not be evaluated: nothing starts, and it is announced. */
  readonly fault: string | null
}

/** Which workflows this event starts, the contact being as it was right after the event. */
export function matchTriggers(
  table: TriggerTable,
  event: { readonly name: string; readonly context: JsonObject },
  contact: Contact,
): Matched[] {
  const matched: Matched[] = []
  for (const trigger of table.get(event.name) ?? []) {
    const { rule } = trigger.workflow.triggerConfig
    if (rule === undefined) {
      matched.push({ trigger, fault: null })
      continue
    }
    const result = evaluateRule(rule, triggerData(event.context, contact))
    if (!result.ok) matched.push({ trigger, fault: result.error })
    else if (result.value) matched.push({ trigger, fault: null })
  }
  return matched
}

function triggerData(context: JsonObject, contact: Contact): JsonObject {
  const { id, email, subscribed, data, createdAt, updatedAt } = contact
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
  return { event: context, contact: { id, email, subscribed, data, ...times } }
}
