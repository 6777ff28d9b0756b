import type { JsonObject } from '../workflow/json.js'
import { contactScope } from '../workflow/ruleScope.js'
import type { Facts } from './definition.js'

/** The roots that every Liquid text of a step can name: contact, data, event, steps, workflow, execution. */
export function liquidScope({ contact, context, steps, workflow, execution }: Facts): JsonObject {
  return {
    contact: contact === null ? null : contactScope(contact),
    data: contact?.data ?? {},
    event: context,
    steps,
    workflow: { id: workflow.id, name: workflow.name },
    execution: { id: execution.id, startedAt: execution.startedAt.toISOString() },
  }
}
