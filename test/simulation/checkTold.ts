import type { Execution } from '../../src/workflow/execution.js'
import { isEnded } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ExecutionFact } from '../../src/workflow/messages.js'
import type { Arrival } from './input.js'
import type { World } from './world.js'

/** What others are told: the end of every execution at least once and always alike, and every mail once. */
export async function checkTold(world: World, arrivals: readonly Arrival[]): Promise<string[]> {
  const facts = groupBy(await factsOf(world), ({ executionId }) => executionId)
  const executions = [...world.ledger.values()]
  return [
    ...executions.flatMap((execution) => checkFacts(execution, facts.get(execution.id) ?? [])),
    ...executions.flatMap((execution) => checkMails(execution, arrivals)),
  ]
}

async function factsOf({ kafka, topology, codec }: World): Promise<ExecutionFact[]> {
  const messages = kafka.log(topology.executions.name).partitions.flat()
  const decoded = await codec.decodeAll(
    'executionFact',
    messages.map(({ value }) => value),
  )
  return decoded.flatMap((one) => (one.ok ? one.value : []))
}

function checkFacts(execution: Execution, facts: readonly ExecutionFact[]): string[] {
  return [...checkEnd(execution, facts), ...checkLeft(execution, facts)]
}

/** Steps that a fact tells of as left in a row stand in a row in the history. */
function checkLeft({ id, history }: Execution, facts: readonly ExecutionFact[]): string[] {
  const order = ` ${history.map(({ key }) => key).join(' ')} `
  return facts.flatMap(({ passed, left, seq }) => {
    const told = [...passed, ...(left === null ? [] : [left])].map(({ stepKey }) => stepKey)
    const isSo = told.length === 0 || order.includes(` ${told.join(' ')} `)
    return isSo ? [] : [`${id} seq ${seq} told of ${told}, not of ${order}`]
  })
}

function checkEnd({ id, seq, state, history }: Execution, facts: readonly ExecutionFact[]): string[] {
  if (!isEnded(state)) return []
  const last = facts.filter((fact) => fact.seq === seq)
  // A call that was cancelled is noted behind the end.
  const notes = state.status === 'CANCELLED' ? 1 : 0
  const isWhole = ({ status, path }: ExecutionFact) =>
    status === state.status && path !== null && path.length >= history.length - notes
  if (last.length === 0) return [`nobody was told of the end of ${id}`]
  return last.every(isWhole) ? [] : [`what was told of the end of ${id} is wrong: ${JSON.stringify(last)}`]
}

function checkMails({ id, history, state }: Execution, arrivals: readonly Arrival[]): string[] {
  const mails = history.filter(({ type, stepId }) => type === 'SEND_EMAIL' && stepId !== state.currentStepId)
  const told = arrivals.filter(({ event }) => event.cause?.executionId === id && event.name === 'email.sent')
  return told.length === mails.length ? [] : [`${id} sent ${mails.length} mails, and told of ${told.length}`]
}
