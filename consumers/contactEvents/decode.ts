import { toContactEvent } from '../../schemas/contactEvent.js'
import type { ContactEvent, Order } from '../../src/workflow/contactEvent.js'
import type { Batch, Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { type Parked, parkMessages } from '../parking.js'
import type { TriggerCache } from './triggers.js'

/** An event as it came in: valid, of a project that exists, with its place in the contact's order. */
export interface Incoming {
  readonly event: ContactEvent
  readonly order: Order
  readonly source: Message
}

/** Beyond this many causes in a row, workflows are feeding each other. */
const MAX_DEPTH = 16

/** Decodes a batch; what cannot be read is parked, its neighbours go on. */
export async function decodeEvents(deps: EngineDeps, batch: Batch): Promise<Incoming[]> {
  const decoded = await deps.codec.decodeAll(
    'contactEvent',
    batch.messages.map((message) => message.value),
  )
  const parked: Parked[] = []
  const incoming = decoded.flatMap((one, index): Incoming[] => {
    const source = batch.messages[index]
    if (source === undefined) return []
    const { partition, offset, at } = source
    const checked = one.ok ? toContactEvent(one.value, { topic: batch.topic, partition, offset, at }) : one
    if (checked.ok) return [{ event: checked.value, order: { at, partition, offset }, source }]
    parked.push({ message: source, reason: checked.reason, detail: checked.message })
    return []
  })
  await parkMessages(deps, batch, parked)
  return incoming
}

/** Those that may be handled; of a project that does not exist, or behind too many causes, they are parked. */
export async function acceptEvents(
  deps: EngineDeps,
  triggers: TriggerCache,
  topic: string,
  incoming: readonly Incoming[],
): Promise<Incoming[]> {
  const known = await triggers.known([...new Set(incoming.map(({ event }) => event.projectId))])
  const parked: Parked[] = []
  const accepted = incoming.filter(({ event, source }) => {
    const fault = faultOf(event, known.has(event.projectId))
    if (fault !== null) parked.push({ message: source, ...fault })
    return fault === null
  })
  await parkMessages(deps, { topic }, parked)
  return accepted
}

function faultOf(
  { projectId, cause }: ContactEvent,
  exists: boolean,
): { reason: string; detail: string } | null {
  if (!exists) return { reason: 'unknown_project', detail: `projectId: no project ${projectId}` }
  if (cause !== null && cause.depth > MAX_DEPTH) {
    return { reason: 'too_deep', detail: `cause.depth: ${cause.depth} causes in a row, at most ${MAX_DEPTH}` }
  }
  return null
}
