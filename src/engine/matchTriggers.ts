import type { Contact } from '../workflow/contact.js'
import { canonicalName } from '../workflow/contactEvent.js'
import type { JsonObject } from '../workflow/json.js'
import { triggerRuleHolds } from '../workflow/ruleScope.js'
import type { Workflow } from '../workflow/workflow.js'
import { definitionOf } from '../workflow/workflow.js'
import type { Compiled } from './compile.js'
import { tryCompile } from './tryCompile.js'

/** A workflow that events can start, ready to be asked. */
export interface Trigger {
  readonly workflow: Workflow
  readonly compiled: Compiled
}

export type TriggerTable = ReadonlyMap<string, readonly Trigger[]>

/** Enabled workflows by the one form of their event's name; told of those that can run for nobody. */
export function triggerTable(
  workflows: readonly Workflow[],
  onFault: (workflow: Workflow, fault: string) => void = () => undefined,
): TriggerTable {
  const table = new Map<string, Trigger[]>()
  for (const workflow of workflows) {
    if (!workflow.enabled || workflow.triggerType !== 'EVENT') continue
    const made = tryCompile(definitionOf(workflow))
    if (!made.ok) {
      onFault(workflow, made.fault)
      continue
    }
    const name = canonicalName(workflow.triggerConfig.eventName)
    table.set(name, [...(table.get(name) ?? []), { workflow, compiled: made.compiled }])
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
  return (table.get(event.name) ?? []).flatMap((trigger): Matched[] => {
    const { rule } = trigger.workflow.triggerConfig
    const holds = rule === undefined ? ALWAYS : triggerRuleHolds(rule, { contact, event: event.context })
    if (!holds.ok) return [{ trigger, fault: holds.error }]
    return holds.value ? [{ trigger, fault: null }] : []
  })
}

const ALWAYS = { ok: true, value: true } as const
