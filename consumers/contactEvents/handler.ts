import type { TriggerTable } from '../../src/engine/matchTriggers.js'
import { standingOf } from '../../src/engine/outputs.js'
import { insertStarts } from '../../src/store/insertStarts.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'
import type { Handler } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { announceStarted } from '../stepping/announceStarted.js'
import { emit } from '../stepping/emit.js'
import { resumeByEvents } from '../stepping/lookBack.js'
import { noteStarts } from '../stepping/trace.js'
import { together } from '../together.js'
import { addressEvents } from './contacts.js'
import { acceptEvents, decodeEvents, type Incoming } from './decode.js'
import { type FoldContext, foldEvents, possibleStarts } from './foldEvents.js'
import { type Recorded, recordEvents } from './record.js'
import { createTriggerCache, type TriggerCache } from './triggers.js'
import { clearOwed, writeContacts } from './writeContacts.js'

export interface ContactEventsOptions {
  readonly deps: EngineDeps
  /** A repeat of an event older than this starts nothing: its execution may have been removed. */
  readonly shortestRetentionMs: number
}

/** The partitions of a fetch go together, but for contacts that have events in several of them. */
export function createContactEventsHandler(options: ContactEventsOptions): Handler {
  const { deps } = options
  const triggers = createTriggerCache(deps)
  const handle = together(
    (topic: string) => topic,
    async (incoming: readonly Incoming[], topic) => {
      const accepted = await acceptEvents(deps, triggers, topic, incoming)
      const recorded = await recordEvents(deps, await addressEvents(deps, topic, accepted))
      for (const part of apart(recorded)) await handleRecorded({ ...options, triggers }, part)
    },
  )
  return async (batch) => {
    const incoming = await decodeEvents(deps, batch)
    if (incoming.length > 0) await handle(incoming, batch.topic)
    return { type: 'done' }
  }
}

/** A contact notes by partition how far it is folded in, one partition a write. */
function apart(recorded: readonly Recorded[]): (readonly Recorded[])[] {
  const partitions = new Map<ContactId, number>()
  for (const { contact, order } of recorded) {
    const met = partitions.get(contact.id) ?? order.partition
    if (met !== order.partition) return [...groupBy(recorded, (one) => one.order.partition).values()]
    partitions.set(contact.id, met)
  }
  return recorded.length === 0 ? [] : [recorded]
}

interface Handling extends ContactEventsOptions {
  readonly triggers: TriggerCache
}

/**
 * Events in, in this order: contacts, records, matches, entries and executions, contacts' fields, waits, messages.
 * A crash between any two comes to the same end when the batch is delivered again.
 */
async function handleRecorded(
  { deps, triggers, shortestRetentionMs }: Handling,
  recorded: readonly Recorded[],
): Promise<void> {
  const tables = await triggers.tables([...new Set(recorded.map(({ event }) => event.projectId))])
  const now = deps.clock.now()
  const oldestStart = new Date(now.getTime() - shortestRetentionMs)
  const context: FoldContext = { deps, tables, by: deps.newId(), now, oldestStart }
  const { starting, folded } = foldEvents(recorded, context)
  const started = await insertStarts(deps, starting)
  announceStarted(deps, started.fresh)
  noteStarts(deps, started.fresh)
  const repeated = await startedEarlier(deps, recorded, tables)
  const written = await writeContacts(deps, recorded, folded, context)
  const records = recorded.map(({ record }) => record)
  const resumed = await resumeByEvents(deps, records, context.by)
  const untold = untouched([...started.fresh, ...started.repeated, ...repeated]).map(standingOf)
  const owed = written.flatMap((one) => one.owed)
  await emit(deps, [...untold, ...resumed], owed)
  await clearOwed(deps, written)
}

/** Executions that a repeated event started: a crash may have come before their first step was sent. */
async function startedEarlier(
  deps: EngineDeps,
  recorded: readonly Recorded[],
  tables: ReadonlyMap<ProjectId, TriggerTable>,
): Promise<Execution[]> {
  const ids = recorded
    .filter(({ fresh }) => !fresh)
    .flatMap((one) => possibleStarts(one, tables.get(one.event.projectId)))
  return ids.length === 0 ? [] : deps.executions.read(ids)
}

/** Those that no step has moved yet, each once, and those that ended as they began; the others are on their way. */
function untouched(executions: readonly Execution[]): Execution[] {
  const unmoved = executions.filter(({ seq }) => seq === 0)
  return [...new Map(unmoved.map((execution) => [execution.id, execution])).values()]
}
