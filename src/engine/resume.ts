import type { Change } from '../workflow/change.js'
import { mergePlan } from '../workflow/contactData.js'
import {
  type BrokerTimeOf,
  compareOrder,
  type Order,
  type RecordedEvent,
  unBrokered,
} from '../workflow/contactEvent.js'
import {
  type DueExecution,
  type Execution,
  type ExecutionState,
  isEnded,
  type Waiting,
} from '../workflow/execution.js'
import { type JsonObject, jsonBytes } from '../workflow/json.js'
import { fail, leave, type Place, runAgain } from './advance.js'
import type { CompiledStep } from './compile.js'
import { SharedChanges } from './sharedChanges.js'
import { wayFrom } from './way.js'

/** Context of an execution: trigger data with awaited data merged over it, at most this much. */
export const MAX_CONTEXT_BYTES = 256 * 1024
/** Clocks of broker and database may differ by this much: a `since: "step"` window opens earlier by it. */
const CLOCK_MARGIN_MS = 1_000

/** Does it take more of the document than where it stands to move what is due? */
export function needsDocument({ state, asOf }: DueExecution, at: CompiledStep): boolean {
  if (asOf !== undefined) return true
  return isOver(state) && (state.wait !== null || at.needs.execution)
}

/** A DELAY or a wait, and no back-off. */
function isOver(state: ExecutionState): state is Waiting {
  return state.status === 'WAITING' && state.hold === null
}

/** The alarm clock rang: a DELAY is over, a wait timed out, a back-off or a lease ended. */
export function resumeDue(
  place: Place,
  execution: Pick<Execution, 'state'>,
  shared = new SharedChanges(),
): Change | null {
  const { state } = execution
  if (isEnded(state)) return null
  if (!isOver(state)) return runAgain(place.at.step, state.enteredAt, state.tries)
  const branch = state.wait === null ? null : 'timeout'
  const left = { branch, status: 'COMPLETED', over: state.dueAt } as const
  const way = wayFrom(place, place.at.outgoing, left)
  // Where due times count from a past event, the entry tells this one's.
  const said = place.facts.asOf === undefined ? String(branch) : null
  return shared.of(place, way, said, () => leave(place, left, way))
}

/** The awaited event came: its data is merged over the context and the branch `event` is taken. */
export function resumeByEvent(
  place: Place,
  execution: Execution,
  event: RecordedEvent,
  brokerTimeOf: BrokerTimeOf,
): Change {
  const context: JsonObject = { ...execution.context, ...mergePlan(event.data).context }
  if (jsonBytes(context) > MAX_CONTEXT_BYTES) {
    const message = `the event "${event.name}" would make the context larger than ${MAX_CONTEXT_BYTES} bytes`
    return fail(place, { code: 'CONTEXT_TOO_LARGE', message })
  }
  const facts = { ...place.facts, context }
  const used = { eventId: event.eventId, name: event.name }
  const over = unBrokered(event.order.at, brokerTimeOf)
  const left = { branch: 'event', status: 'COMPLETED', event: used, over } as const
  return { ...leave({ ...place, facts }, left), context }
}

/**
 * From where on events count for this wait, in the broker's time; the trigger event and those named in history never
 * do.
 */
export function windowOf(
  execution: Execution,
  brokerTimeOf: BrokerTimeOf,
): { readonly at: Date } | { readonly order: Order } {
  const since = execution.state.status === 'WAITING' ? execution.state.wait?.since : undefined
  const behindTrigger = execution.history.length === 1
  if ((since === 'start' || behindTrigger) && execution.triggerOrder !== null)
    return { order: execution.triggerOrder }
  const opened = since === 'start' || behindTrigger ? execution.startedAt : enteredBefore(execution)
  return { at: brokerTimeOf(new Date(opened.getTime() - CLOCK_MARGIN_MS)) }
}

/** When the step before the current one was entered: when the one before that was left. */
function enteredBefore(execution: Execution): Date {
  const before = execution.history.at(-2)
  return before?.asOf ?? before?.at ?? execution.startedAt
}

/** Could this event answer the wait, its rule aside? */
export function isInWindow(execution: Execution, event: RecordedEvent, brokerTimeOf: BrokerTimeOf): boolean {
  const { state } = execution
  if (state.status !== 'WAITING' || state.wait === null || !state.wait.names.includes(event.name))
    return false
  if (execution.history.some((entry) => entry.event?.eventId === event.eventId)) return false
  if (state.dueAt !== null && event.order.at > brokerTimeOf(state.dueAt)) return false
  const window = windowOf(execution, brokerTimeOf)
  return 'order' in window ? compareOrder(event.order, window.order) > 0 : event.order.at >= window.at
}
