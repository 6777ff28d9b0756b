import type { Execution } from '../../src/workflow/execution.js'
import { isEnded } from '../../src/workflow/execution.js'
import { checkCalls } from './checkCalls.js'
import { checkContacts } from './checkContacts.js'
import { checkLog } from './checkLog.js'
import { checkTold } from './checkTold.js'
import type { Arrival } from './input.js'
import { checkLanes } from './lanes.js'
import { follow, passedBy } from './model.js'
import type { Plan } from './plans.js'
import type { World } from './world.js'

/** All that is wrong at the end of a run; empty: every promise was kept. */
export async function checkWorld(world: World, cancelled: ReadonlySet<Execution['id']>): Promise<string[]> {
  const arrivals = await world.input.arrivals()
  const executions = [...world.ledger.values()]
  return [
    ...world.surprises,
    ...checkStarts(world, arrivals),
    ...executions.flatMap((execution) => checkEnd(execution, cancelled)),
    ...executions.flatMap((execution) => checkPath(world, arrivals, execution)),
    ...checkLog(world),
    ...checkLanes(world),
    ...checkCalls(world),
    ...checkContacts(world, arrivals),
    ...(await checkTold(world, arrivals)),
  ]
}

/** Every event started exactly its executions; where nobody enters twice, the first event did. */
function checkStarts({ workflows, ledger, contacts }: World, arrivals: readonly Arrival[]): string[] {
  const expected = new Set(workflows.flatMap(({ plan }) => startsOf(plan, arrivals)))
  const planOf = new Map(workflows.map(({ plan, workflow }) => [workflow.id, plan.name]))
  const started = [...ledger.values()].map(({ workflowId, contactId, origin }) =>
    startOf(planOf.get(workflowId) ?? '?', contacts.byId.get(contactId)?.email, origin[1]),
  )
  const doubled = started.length === new Set(started).size ? [] : ['an execution was started twice']
  const never = [...expected]
    .filter((name) => !started.includes(name))
    .map((name) => `never started: ${name}`)
  const wrong = started.filter((name) => !expected.has(name)).map((name) => `must not have started: ${name}`)
  return [...doubled, ...never, ...wrong]
}

function startsOf(plan: Plan, arrivals: readonly Arrival[]): string[] {
  const meant = arrivals.filter(({ event }) => event.name === plan.eventName)
  const isFirst = ({ email }: Arrival, index: number) =>
    meant.findIndex((arrival) => arrival.email === email) === index
  const admitted = plan.allowReentry ? meant : meant.filter(isFirst)
  return admitted.map(({ email, event }) => startOf(plan.name, email, event.eventId))
}

function startOf(plan: string, email: string | undefined, eventId: string | undefined): string {
  return `${plan} of ${email} by ${eventId}`
}

function checkEnd({ id, state, owed }: Execution, cancelled: ReadonlySet<Execution['id']>): string[] {
  const problems: string[] = []
  if (!isEnded(state)) problems.push(`${id} never ends: ${JSON.stringify(state)}`)
  // Only a webhook may fail its execution here, when it is refused for good.
  if (state.status === 'FAILED' && state.error?.code !== 'HTTP_STATUS')
    problems.push(`${id} FAILED: ${JSON.stringify(state.error)}`)
  if ((state.status === 'CANCELLED') !== cancelled.has(id)) problems.push(`${id} is ${state.status}`)
  if (owed.length > 0) problems.push(`${id} still owes ${JSON.stringify(owed)}`)
  return problems
}

function checkPath(world: World, arrivals: readonly Arrival[], execution: Execution): string[] {
  const { id, contactId, workflowId, origin, state } = execution
  const email = world.contacts.byId.get(contactId)?.email
  const events = arrivals.filter((arrival) => arrival.email === email)
  const trigger = events.find(({ event }) => event.eventId === origin[1])
  const plan = world.workflows.find(({ workflow }) => workflow.id === workflowId)?.plan
  if (trigger === undefined || plan === undefined) return [`${id} was started by nothing`]
  const stepIds = stepIdsOf(world, plan)
  const webhook = (step: string) => world.outside.outcomeOf(`${id}:${stepIds.get(step)}`)
  const aheadMs = world.scenario.brokerAheadMs
  const expected = follow({ plan, execution, trigger, events, aheadMs, webhook })
  const really = passedBy(withoutNote(execution))
  const isWhole = state.status === 'COMPLETED' || state.status === 'FAILED'
  const due = isWhole ? expected : expected.slice(0, really.length)
  if (JSON.stringify(due) === JSON.stringify(really)) return []
  return [
    `${id} (${plan.name}, ${state.status}) went ${JSON.stringify(really)}, not ${JSON.stringify(expected)}`,
  ]
}

/** A call that was under way at a cancel is noted with what it came to, and decided nothing. */
function withoutNote({ history, state }: Execution): Execution['history'] {
  const isNote = state.status === 'CANCELLED' && history.at(-1)?.stepId === state.currentStepId
  return isNote ? history.slice(0, -1) : history
}

function stepIdsOf({ workflows }: World, plan: Plan): ReadonlyMap<string, string> {
  const workflow = workflows.find((one) => one.plan === plan)?.workflow
  return new Map(workflow?.steps.map(({ key, id }) => [key, id]))
}
