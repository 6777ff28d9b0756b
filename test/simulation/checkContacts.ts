import type { Contact } from '../../src/workflow/contact.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { Arrival } from './input.js'
import { countOf, UNSUBSCRIBED } from './plans.js'
import type { World } from './world.js'

/** Contacts hold what their last event said, and every UPDATE_CONTACT exactly once. */
export function checkContacts(world: World, arrivals: readonly Arrival[]): string[] {
  return [...world.contacts.byId.values()].flatMap((contact) =>
    contact === null
      ? []
      : [
          ...checkLast(contact, arrivals),
          ...checkCounts(world, contact),
          ...checkSubscription(world, contact, arrivals),
        ],
  )
}

function checkLast({ email, data }: Contact, arrivals: readonly Arrival[]): string[] {
  // The engine's own events say nothing about it.
  const told = arrivals.filter((arrival) => arrival.email === email && 'last' in arrival.event.data)
  const last = told.at(-1)?.event.data['last']
  return data['last'] === last ? [] : [`${email} holds event ${data['last']}, not its last: ${last}`]
}

/** Who was unsubscribed is so, and it was told once, whatever became of who did it. */
function checkSubscription(world: World, contact: Contact, arrivals: readonly Arrival[]): string[] {
  const { email, subscribed } = contact
  const told = arrivals.filter(
    ({ event, ...arrival }) => arrival.email === email && event.name === UNSUBSCRIBED,
  )
  const problems: string[] = []
  if (told.length !== (subscribed ? 0 : 1))
    problems.push(`${email} is ${subscribed}, and that was told ${told.length} times`)
  if (subscribed && isUnsubscribed(world, contact)) problems.push(`${email} was unsubscribed, and is not`)
  return problems
}

function isUnsubscribed({ ledger, workflows }: World, { id }: Contact): boolean {
  return workflows.some(({ plan, workflow }) => {
    const steps = plan.steps.filter(({ config }) => config['subscriptionAction'] === 'unsubscribe')
    const keys = new Set(steps.map(({ key }) => key))
    return [...ledger.values()].some(
      ({ workflowId, contactId, history }) =>
        workflowId === workflow.id && contactId === id && history.some(({ key }) => keys.has(key)),
    )
  })
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
