import { fail } from '../../src/engine/advance.js'
import { fold, startFolding } from '../../src/engine/foldContact.js'
import { type StoredContact, type UpdateWrite, updateMark } from '../../src/store/ports/contacts.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ContactId, ExecutionId } from '../../src/workflow/ids.js'
import { jsonBytes } from '../../src/workflow/json.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import { subscriptionEvent } from '../contactEvents/subscription.js'
import type { EngineDeps } from '../deps.js'
import { factsOf, type Reading } from '../stepping/facts.js'
import type { PlannedStep } from '../stepping/plan.js'
import type { Arrived } from './placeSteps.js'

/** Data of a contact, after any write: at most this much. */
const MAX_DATA_BYTES = 256 * 1024
/** Beyond this many marks on a contact, those whose executions have left the step go. */
const MAX_MARKS = 100

type Sourced = PlannedStep & Arrived

/**
 * Writes what UPDATE_CONTACT steps say, before their transition: one conditional write a contact, with the mark
 * of every step in it, so that a step counts once however often it is delivered. A contact that changed
 * meanwhile sends its steps round again.
 */
export async function applyUpdates(
  deps: EngineDeps,
  planned: readonly Sourced[],
  reading: Reading,
): Promise<{ planned: readonly Sourced[]; again: Sourced[] }> {
  const updates = planned.filter((one) => one.outcome.type === 'updateContact')
  if (updates.length === 0) return { planned, again: [] }
  const folded = [...groupBy(updates, ({ due }) => due.contactId)].map(([id, steps]) =>
    foldOne(id, steps, reading, deps),
  )
  const writes = folded.flatMap((one) => one.write ?? [])
  const missed =
    writes.length === 0
      ? new Set<ContactId>()
      : await deps.contacts.update(await pruned(deps, writes, reading), deps.clock.now())
  const tooLarge = new Set(folded.flatMap((one) => one.tooLarge))
  await sendOwed(
    deps,
    writes.filter((write) => !missed.has(write.id)),
  )
  const isMissed = (one: Sourced) =>
    one.outcome.type === 'updateContact' && missed.has(one.due.contactId) && !tooLarge.has(one)
  return {
    planned: planned
      .filter((one) => !isMissed(one))
      .map((one) => (tooLarge.has(one) ? failedStep(one, reading, deps) : one)),
    again: planned.filter(isMissed),
  }
}

interface FoldedUpdates {
  readonly write: UpdateWrite | null
  readonly tooLarge: readonly Sourced[]
}

function foldOne(
  id: ContactId,
  steps: readonly Sourced[],
  reading: Reading,
  deps: EngineDeps,
): FoldedUpdates {
  const contact = reading.contacts.get(id)
  if (contact === undefined) return { write: null, tooLarge: [] }
  const applied = new Set(contact.applied)
  const marks: string[] = []
  const tooLarge: Sourced[] = []
  let folding = startFolding(contact)
  for (const step of steps) {
    const mark = updateMark(step.due.executionId, step.due.stepId)
    if (step.outcome.type !== 'updateContact' || applied.has(mark)) continue
    const { patch } = step.outcome
    const next = fold(folding, patch.data, patch.subscribed)
    if (jsonBytes(next.contact.data) > MAX_DATA_BYTES) {
      tooLarge.push(step)
      continue
    }
    folding = next
    marks.push(mark)
  }
  if (marks.length === 0) return { write: null, tooLarge }
  const { set, unset, subscribed } = folding
  const owed = subscriptionChange(contact, folding.contact.subscribed, causeOf(steps, reading), deps)
  return {
    write: { id, version: contact.version, changes: { set, unset, subscribed }, marks, unmark: [], owed },
    tooLarge,
  }
}

function causeOf(steps: readonly Sourced[], reading: Reading): SystemEvent['cause'] {
  const last = steps.at(-1)
  if (last === undefined) return null
  return { executionId: last.id, depth: (reading.executions.get(last.id)?.depth ?? 0) + 1 }
}

function subscriptionChange(
  contact: StoredContact,
  subscribed: boolean,
  cause: SystemEvent['cause'],
  deps: EngineDeps,
): SystemEvent[] {
  return subscribed === contact.subscribed
    ? []
    : [subscriptionEvent(contact, subscribed, deps.clock.now(), cause)]
}

/** Marks of executions that have left the step (or are gone) make room. */
async function pruned(
  deps: EngineDeps,
  writes: readonly UpdateWrite[],
  reading: Reading,
): Promise<UpdateWrite[]> {
  const full = writes.filter((write) => (reading.contacts.get(write.id)?.applied.length ?? 0) > MAX_MARKS)
  if (full.length === 0) return [...writes]
  const marks = full.flatMap((write) => reading.contacts.get(write.id)?.applied ?? [])
  const executions = await deps.executions.read([
    ...new Set(marks.map((mark) => mark.split(':')[0] as ExecutionId)),
  ])
  const standing = new Set(executions.map((one) => `${one.id}:${one.state.currentStepId}`))
  const gone = (write: UpdateWrite) =>
    (reading.contacts.get(write.id)?.applied ?? []).filter((mark) => !standing.has(mark))
  return writes.map((write) => (full.includes(write) ? { ...write, unmark: gone(write) } : write))
}

async function sendOwed(deps: EngineDeps, writes: readonly UpdateWrite[]): Promise<void> {
  const owing = writes.filter((write) => write.owed.length > 0)
  if (owing.length === 0) return
  await deps.outbox.send({ facts: [], events: owing.flatMap((write) => write.owed), steps: [], timers: [] })
  await deps.contacts.clearOwed(
    owing.map(({ id, owed }) => ({ id, eventIds: owed.map((event) => event.eventId) })),
  )
}

function failedStep(one: Sourced, reading: Reading, deps: EngineDeps): Sourced {
  const facts = factsOf(one, reading, deps.clock.now())
  const place = { compiled: one.compiled, at: one.at, facts, tries: 0, token: '' }
  const message = `the update would make the contact's data larger than ${MAX_DATA_BYTES} bytes`
  return { ...one, change: fail(place, { code: 'CONTACT_DATA_TOO_LARGE', message }) }
}
