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

/** Every turn was told once, whatever became of who made it; and what nobody but events turned, their order tells. */
function checkSubscription(world: World, contact: Contact, arrivals: readonly Arrival[]): string[] {
  const { email, subscribed } = contact
  const own = arrivals.filter((arrival) => arrival.email === email)
  const told = (name: string) => own.filter(({ event }) => event.name === name).length
  const [off, on] = [told(UNSUBSCRIBED), told('contact.subscribed')]
  const said = own.flatMap(({ event }) => event.subscribed ?? [])
  const isRight =
    off - on === (subscribed ? 0 : 1) &&
    isAsSaid({ subscribed, turns: off + on, said }, unsubscribedBy(world, contact))
  if (isRight) return []
  return [
    `${email} is ${subscribed}, was told to be off ${off} times, on ${on} times; events said: ${said.join()}`,
  ]
}

interface Subscription {
  readonly subscribed: boolean
  readonly turns: number
  readonly said: readonly boolean[]
}

type BySteps = 'no' | 'perhaps' | 'yes'

/** Between events and steps nobody knows the order; what only events turned follows from theirs. */
function isAsSaid({ subscribed, turns, said }: Subscription, bySteps: BySteps): boolean {
  if (bySteps === 'yes') return !subscribed || said.includes(true)
  return bySteps === 'perhaps' || (turns === turnsOf(said) && subscribed === (said.at(-1) ?? true))
}

function turnsOf(said: readonly boolean[]): number {
  return said.filter((one, place) => one !== (said[place - 1] ?? true)).length
}

/** Perhaps: applied, and cancelled before the step was left, or cancelled before it was applied. */
function unsubscribedBy({ ledger, workflows }: World, { id }: Contact): BySteps {
  const found = workflows.flatMap(({ plan, workflow }): BySteps[] => {
    const steps = plan.steps.filter(({ config }) => config['subscriptionAction'] === 'unsubscribe')
    const own = [...ledger.values()].filter(
      ({ workflowId, contactId }) => workflowId === workflow.id && contactId === id,
    )
    return steps.flatMap(({ key }) => own.map((execution) => hasApplied(execution, workflow.steps, key)))
  })
  return found.find((one) => one === 'yes') ?? found.find((one) => one === 'perhaps') ?? 'no'
}

function hasApplied(execution: Execution, steps: Parameters<typeof stoppedAt>[1], key: string): BySteps {
  if (execution.history.some((entry) => entry.key === key)) return 'yes'
  return stoppedAt(execution, steps, key) ? 'perhaps' : 'no'
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
