import { toContactEvent } from '../../schemas/contactEvent.js'
import { matchTriggers, type Trigger, triggerTable } from '../../src/engine/matchTriggers.js'
import { startExecution } from '../../src/engine/start.js'
import type { Starting } from '../../src/store/insertStarts.js'
import type { StoredContact } from '../../src/store/ports/contacts.js'
import type { Replay } from '../../src/store/ports/replays.js'
import { mergePlan } from '../../src/workflow/contactData.js'
import { canonicalName, unBrokered } from '../../src/workflow/contactEvent.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { Message } from '../batch.js'
import type { Incoming } from '../contactEvents/decode.js'
import type { ReplayDeps } from './deps.js'
import { findContacts } from './findContacts.js'
import { mayHoldName } from './mayHoldName.js'

/** An execution that one event of the topic asks for, and where that event stands. */
export interface Match extends Starting {
  readonly offset: number
}

export interface Matches {
  /** Offsets of messages in the range, whatever they are. */
  readonly scanned: readonly number[]
  readonly starting: readonly Match[]
  /** Offsets of what matched by name, but nobody is there whom it could start. */
  readonly strangers: readonly number[]
}

export interface MatchOptions {
  readonly deps: ReplayDeps
  readonly replay: Replay
  readonly workflow: Workflow
  readonly partition: number
}

/** Contacts that are read, and executions that are made, in one go: live events do not wait for more. */
const TOGETHER = 50

/** What these messages would start. What cannot be read was parked when it came in, and is passed over. */
export async function matchEvents(options: MatchOptions, messages: readonly Message[]): Promise<Matches> {
  const { replay, workflow } = options
  const inRange = messages.filter(({ at }) => at >= replay.from && at < replay.to)
  const matches: Matching = { scanned: inRange.map(({ offset }) => offset), starting: [], strangers: [] }
  const trigger = triggerOf(workflow)
  if (trigger === null) return matches
  const named = await readNamed(options, inRange)
  for (let from = 0; from < named.length; from += TOGETHER)
    await matchSome(options, trigger, named.slice(from, from + TOGETHER), matches)
  return matches
}

interface Matching extends Matches {
  readonly starting: Match[]
  readonly strangers: number[]
}

async function matchSome(
  options: MatchOptions,
  trigger: Trigger,
  some: readonly Incoming[],
  { starting, strangers }: Matching,
): Promise<void> {
  const contacts = await findContacts(options.deps, options.replay.projectId, some)
  for (const one of some) {
    const contact = contacts.get(one)
    if (contact === undefined) strangers.push(one.order.offset)
    else starting.push(...startOf(options, trigger, { ...one, contact }))
  }
}

/** A dry run asks a workflow that is switched off, too. */
function triggerOf(workflow: Workflow): Trigger | null {
  const [[trigger] = []] = [...triggerTable([{ ...workflow, enabled: true }]).values()]
  return trigger ?? null
}

/** The project's events of the trigger's name. */
async function readNamed(
  { deps, replay, workflow, partition }: MatchOptions,
  messages: readonly Message[],
): Promise<Incoming[]> {
  const topic = deps.topology.contactEvents.name
  const name = canonicalName(workflow.triggerConfig.eventName)
  const mayHold = mayHoldName(name)
  const candidates = messages.filter(({ value }) => mayHold(value))
  const decoded = await deps.codec.decodeAll(
    'contactEvent',
    candidates.map(({ value }) => value),
  )
  return decoded.flatMap((one, index): Incoming[] => {
    const source = candidates[index]
    if (!one.ok || source === undefined || one.value.projectId !== replay.projectId) return []
    const { offset, at } = source
    const event = toContactEvent(one.value, { topic, partition, offset, at })
    if (!event.ok || event.value.name !== name) return []
    return [{ event: event.value, order: { at, partition, offset }, source }]
  })
}

/** `missing` makes the very execution that the live event makes, so that it can never be made twice. */
function startOf(
  { deps, replay, workflow }: MatchOptions,
  trigger: Trigger,
  { event, order, contact }: Incoming & { readonly contact: StoredContact },
): Match[] {
  const context = mergePlan(event.data).context
  const table = new Map([[event.name, [trigger]]])
  const [matched] = matchTriggers(table, { name: event.name, context }, contact)
  if (matched === undefined || matched.fault !== null) return []
  const { compiled } = matched.trigger
  const { eventId, name } = event
  const execution = startExecution({
    compiled,
    contact,
    origin: replay.mode === 'rerun' ? ['replay', replay.id, eventId] : ['event', eventId],
    context,
    event: { eventId, name },
    triggerOrder: order,
    depth: event.cause?.depth ?? 0,
    effects: replay.effects,
    lane: 'bulk',
    by: deps.newId(),
    now: notBefore(replay.createdAt, deps.clock.now()),
    ...(replay.timers === 'fromEvent' ? { asOf: unBrokered(order.at, deps.brokerTimeOf) } : {}),
  })
  const allowReentry = replay.mode === 'rerun' || workflow.allowReentry
  return [{ execution, definition: compiled.definition, allowReentry, offset: order.offset }]
}

/** A clock that is being corrected may go back a little; what a replay starts is not older than the replay. */
function notBefore(earliest: Date, now: Date): Date {
  return now < earliest ? earliest : now
}
