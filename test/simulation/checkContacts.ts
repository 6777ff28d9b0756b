import type { Contact } from '../../src/workflow/contact.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { Arrival } from './input.js'
import { countOf } from './plans.js'
import type { World } from './world.js'

/** Contacts hold what their last event said, and every UPDATE_CONTACT exactly once. */
export function checkContacts(world: World, arrivals: readonly Arrival[]): string[] {
  return [...world.contacts.byId.values()].flatMap((contact) =>
    contact === null ? [] : [...checkLast(contact, arrivals), ...checkCounts(world, contact)],
  )
}

function checkLast({ email, data }: Contact, arrivals: readonly Arrival[]): string[] {
  // The engine's own events say nothing about it.
  const told = arrivals.filter((arrival) => arrival.email === email && 'last' in arrival.event.data)
  const last = told.at(-1)?.event.data['last']
  return data['last'] === last ? [] : [`${email} holds event ${data['last']}, not its last: ${last}`]
}

function checkCounts({ ledger, workflows }: World, contact: Contact): string[] {
  return workflows.flatMap(({ plan, workflow }) => {
    const executions = [...ledger.values()].filter(
      ({ workflowId, contactId }) => workflowId === workflow.id && contactId === contact.id,
    )
    const updates = plan.steps.filter(({ type }) => type === 'UPDATE_CONTACT')
    return updates.flatMap(({ key }) => {
      const count = Number(contact.data[countOf(plan.name, key)] ?? 0)
      const times = executions.filter(({ history }) => history.some((entry) => entry.key === key)).length
      // Applied, and cancelled before the step was left.
      const more = executions.filter((execution) => stoppedAt(execution, workflow.steps, key)).length
      if (count >= times && count <= times + more) return []
      return [`${contact.email}: ${plan.name}.${key} was applied ${count} times, not ${times}`]
    })
  })
}

function stoppedAt(
  { state }: Execution,
  steps: readonly { readonly id: string; readonly key: string }[],
  key: string,
): boolean {
  const step = steps.find(({ id }) => id === state.currentStepId)
  return state.status === 'CANCELLED' && step?.key === key
}
