import type { JsonObject } from '../workflow/json.js'
import type { Facts } from './definition.js'

/** The roots that every Liquid text of a step can name: contact, data, event, steps, workflow, execution. */
export function liquidScope({ contact, context, steps, workflow, execution }: Facts): JsonObject {
  const person =
    contact === null
      ? null
      : {
          id: contact.id,
          email: contact.email,
          subscribed: contact.subscribed,
          createdAt: contact.createdAt.toISOString(),
          updatedAt: contact.updatedAt.toISOString(),
          data: contact.data,
        }
  return {
    contact: person,
    data: contact?.data ?? {},
    event: context,
    steps,
    workflow: { id: workflow.id, name: workflow.name },
    execution: { id: execution.id, startedAt: execution.startedAt.toISOString() },
  }
}
