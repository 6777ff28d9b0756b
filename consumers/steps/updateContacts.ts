import { decide } from '../../src/engine/decide.js'
import { type Folding, fold, startFolding } from '../../src/engine/foldContact.js'
import { subscriptionEvents } from '../../src/engine/subscriptionEvents.js'
import type { Outcome } from '../../src/steps/definition.js'
import { type SteppedContact, type UpdateWrite, updateMark } from '../../src/store/ports/contacts.js'
import type { Contact } from '../../src/workflow/contact.js'
import { MAX_DATA_BYTES } from '../../src/workflow/contactData.js'
import type { Failure } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ContactId, ExecutionId } from '../../src/workflow/ids.js'
import { jsonBytes } from '../../src/workflow/json.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import type { Reading } from '../stepping/facts.js'
import type { DecidedStep } from '../stepping/plan.js'

/** Beyond this many marks on a contact, those whose executions have left the step go. */
const MAX_MARKS = 100

/**
 * Writes what UPDATE_CONTACT steps say, before their transition: one conditional write a contact, with the mark
 * of every step in it, so that a step counts once however often it is delivered. A contact that changed
 * meanwhile sends its steps round again. What follows in the same transition sees the contact as its step left it.
 */
export async function applyUpdates(
  deps: EngineDeps,
  decided: readonly DecidedStep[],
  reading: Reading,
): Promise<{ decided: readonly DecidedStep[]; again: DecidedStep[] }> {
  const updates = decided.filter((one) => one.outcome.type === 'updateContact')
  if (updates.length === 0) return { decided, again: [] }
  const folded = [...groupBy(updates, ({ due }) => due.contactId)].map(([id, steps]) =>
    foldOne(id, steps, reading, deps),
  )
  const writes = folded.flatMap((one) => one.write ?? [])
  const missed =
    writes.length === 0
      ? new Set<ContactId>()
      : await deps.contacts.update(await pruned(deps, writes, reading), deps.clock.now())
  const told = new Map(folded.flatMap((one) => one.told))
  await sendOwed(
    deps,
    writes.filter((write) => !missed.has(write.id)),
  )
  const isMissed = (one: DecidedStep) =>
    missed.has(one.due.contactId) && told.get(one)?.outcome.type === 'updateContact'
  return {
    decided: decided.filter((one) => !isMissed(one)).map((one) => told.get(one) ?? one),
    again: decided.filter(isMissed),
  }
}

interface FoldedUpdates {
  readonly write: UpdateWrite | null
  /** Each step as the contact that it found tells: with that which it left, or why it failed. */
  readonly told: readonly (readonly [DecidedStep, DecidedStep])[]
}

const TOO_LARGE: Failure = {
  code: 'CONTACT_DATA_TOO_LARGE',
  message: `the update would make the contact's data larger than ${MAX_DATA_BYTES} bytes`,
}

function foldOne(
  id: ContactId,
  steps: readonly DecidedStep[],
  reading: Reading,
  deps: EngineDeps,
): FoldedUpdates {
  const contact = reading.contacts.get(id)
  if (contact === undefined) return { write: null, told: [] }
  const { folding, marks, told } = foldSteps(contact, steps, reading, deps)
  if (marks.length === 0) return { write: null, told }
  const { set, unset, subscribed, turns } = folding
  const owed = subscriptionEvents(contact, turns, deps.clock.now())
  return {
    write: { id, version: contact.version, changes: { set, unset, subscribed }, marks, unmark: [], owed },
    told,
  }
}

/** One after the other, each over what the one before it left, so that none is lost on another. */
function foldSteps(
  contact: SteppedContact,
  steps: readonly DecidedStep[],
  reading: Reading,
  deps: EngineDeps,
) {
  const marks: string[] = []
  const told: [DecidedStep, DecidedStep][] = []
  const updatedAt = deps.clock.now()
  let folding = startFolding(contact)
  for (const step of steps) {
    const mark = updateMark(step.due.executionId, step.due.stepId)
    if (contact.applied.includes(mark)) {
      told.push([step, withContact(step, contact)])
      continue
    }
    const outcome = marks.length === 0 ? step.outcome : decideOver(folding.contact, step, deps)
    const next = foldOutcome(folding, outcome, causeOf(step, reading))
    if ('code' in next) told.push([step, { ...step, outcome: { type: 'fail', error: next } }])
    else {
      folding = next
      marks.push(mark)
      told.push([step, withContact(step, { ...next.contact, updatedAt })])
    }
  }
  return { folding, marks, told }
}

function withContact(step: DecidedStep, contact: Contact): DecidedStep {
  return { ...step, facts: { ...step.facts, contact } }
}

/** What the step says of the contact as the batch's earlier updates left it: its texts may name their fields. */
function decideOver(contact: Contact, { at, facts }: DecidedStep, deps: EngineDeps): Outcome {
  return decide(at, { ...facts, contact }, deps.renderer)
}

function foldOutcome(before: Folding, outcome: Outcome, cause: SystemEvent['cause']): Folding | Failure {
  if (outcome.type === 'fail') return outcome.error
  if (outcome.type !== 'updateContact') return before
  const after = fold(before, { ...outcome.patch, cause })
  return jsonBytes(after.contact.data) > MAX_DATA_BYTES ? TOO_LARGE : after
}

function causeOf({ due: { executionId } }: DecidedStep, reading: Reading): SystemEvent['cause'] {
  return { executionId, depth: (reading.positions.get(executionId)?.depth ?? 0) + 1 }
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
