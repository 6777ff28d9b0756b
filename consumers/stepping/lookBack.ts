import type { Standing } from '../../src/engine/outputs.js'
import { isInWindow, resumeByEvent, windowOf } from '../../src/engine/resume.js'
import { MillraceError } from '../../src/errors.js'
import { waitRuleHolds } from '../../src/steps/waitForEvent.js'
import type { EventQuery } from '../../src/store/ports/events.js'
import { type BrokerTimeOf, compareOrder, type RecordedEvent } from '../../src/workflow/contactEvent.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { EngineDeps } from '../deps.js'
import { endsOfLost } from './endLost.js'
import { type PlacedExecution, placeExecutions } from './placeExecutions.js'
import { applyToDocuments, type PlannedDocument } from './writeDocuments.js'

export type LookDeps = Pick<
  EngineDeps,
  | 'executions'
  | 'events'
  | 'contacts'
  | 'cache'
  | 'clock'
  | 'brokerTimeOf'
  | 'definitions'
  | 'announcer'
  | 'lifecycleFacts'
>

/**
 * Looks at recorded events for executions that wait. Those whose event is there go on by it; the others
 * are marked as checked. Answers where the resumed ones stand now, and which waits still stand.
 */
export async function lookBack(
  deps: LookDeps,
  waiting: readonly Execution[],
  by: string,
): Promise<{ resumed: Standing[]; unanswered: Execution[] }> {
  if (waiting.length === 0) return { resumed: [], unanswered: [] }
  const events = await recordedFor(deps, waiting)
  const answered = await answersTo(deps, waiting, events)
  const resumed = await applyToDocuments(deps, answered, by)
  const moved = new Set(answered.map((one) => one.execution.id))
  const unanswered = waiting.filter((execution) => !moved.has(execution.id))
  await deps.executions.settleWaits(unanswered.filter(isUnchecked))
  return { resumed, unanswered }
}

/** Every round loses to another transition of the same execution only, so this many are never needed. */
const MAX_ROUNDS = 50

/** Events came in: whoever waits for one of them, and still does after every lost race, goes on by it. */
export async function resumeByEvents(
  deps: LookDeps,
  events: readonly RecordedEvent[],
  by: string,
): Promise<Standing[]> {
  const contactIds = [...new Set(events.map((event) => event.contactId))]
  const names = [...new Set(events.map((event) => event.name))]
  const standings: Standing[] = []
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const waiting = await deps.executions.waitingFor(contactIds, names)
    const answered = await answersTo(deps, waiting, await withEarlier(deps, waiting, events))
    const resumed = await applyToDocuments(deps, answered, by)
    standings.push(...resumed)
    if (resumed.length === answered.length) return standings
  }
  throw new MillraceError('SERVICE_UNAVAILABLE', 'waits are moving too fast for their events')
}

/** A wait that nobody has looked back for may have an earlier event than those that just came in. */
async function withEarlier(
  deps: LookDeps,
  waiting: readonly Execution[],
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[]> {
  const unchecked = waiting.filter(isUnchecked)
  if (unchecked.length === 0) return events
  const all = new Map(events.map((event) => [event.id, event]))
  for (const event of await recordedFor(deps, unchecked)) all.set(event.id, event)
  return [...all.values()].sort((a, b) => compareOrder(a.order, b.order))
}

function recordedFor(
  { events, brokerTimeOf }: LookDeps,
  waiting: readonly Execution[],
): Promise<RecordedEvent[]> {
  return events.find(waiting.flatMap((execution) => questionOf(execution, brokerTimeOf)))
}

function questionOf(execution: Execution, brokerTimeOf: BrokerTimeOf): EventQuery[] {
  const { state, contactId } = execution
  if (state.status !== 'WAITING' || state.wait === null) return []
  return [{ contactId, names: state.wait.names, after: windowOf(execution, brokerTimeOf) }]
}

function isUnchecked({ state }: Execution): boolean {
  return state.status === 'WAITING' && state.wait?.checked === false
}

/** For each wait the earliest event in its window that holds its rule; waits without one are left out. */
async function answersTo(
  deps: LookDeps,
  waiting: readonly Execution[],
  events: readonly RecordedEvent[],
): Promise<PlannedDocument[]> {
  const byContact = groupBy(events, (event) => event.contactId)
  const eventsOf = (execution: Execution) => byContact.get(execution.contactId) ?? []
  const hopeful = waiting.filter((one) =>
    eventsOf(one).some((event) => isInWindow(one, event, deps.brokerTimeOf)),
  )
  const { placed, lost } = await placeExecutions(deps, hopeful)
  const answered = placed.flatMap((place) => {
    const { execution } = place
    const event = earliestThatHolds(place, eventsOf(execution), deps.brokerTimeOf)
    return event === undefined
      ? []
      : [{ execution, change: resumeByEvent(place, execution, event, deps.brokerTimeOf) }]
  })
  return [...answered, ...(await endsOfLost(deps, lost))]
}

function earliestThatHolds(
  place: PlacedExecution,
  events: readonly RecordedEvent[],
  brokerTimeOf: BrokerTimeOf,
): RecordedEvent | undefined {
  const { at, execution, facts } = place
  return events.find(
    (event) => isInWindow(execution, event, brokerTimeOf) && waitRuleHolds(at.step.config, event.data, facts),
  )
}
