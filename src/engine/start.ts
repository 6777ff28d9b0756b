import type { Facts } from '../steps/definition.js'
import { type AsOf, asOfBehind } from '../workflow/asOf.js'
import type { Change } from '../workflow/change.js'
import type { Contact } from '../workflow/contact.js'
import type { Order } from '../workflow/contactEvent.js'
import type { Execution, HistoryEntry, Origin } from '../workflow/execution.js'
import {
  type ContactId,
  derivedId,
  type ExecutionId,
  type ProjectId,
  type WorkflowId,
} from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import type { Lane } from '../workflow/lane.js'
import { keyHash } from '../workflow/murmur2.js'
import { changeTo, ended, goOn } from './advance.js'
import type { Compiled } from './compile.js'
import { wayFrom } from './way.js'

/** The same cause always makes the same execution. */
export function executionId(
  projectId: ProjectId,
  workflowId: WorkflowId,
  contactId: ContactId,
  origin: Origin,
): ExecutionId {
  return derivedId<ExecutionId>(['execution', projectId, workflowId, contactId, origin])
}

export interface Start extends AsOf {
  readonly compiled: Compiled
  readonly contact: Contact
  readonly origin: Origin
  readonly context: JsonObject
  readonly event: { readonly eventId: string; readonly name: string } | null
  readonly triggerOrder: Order | null
  readonly depth: number
  readonly effects: 'send' | 'skip'
  readonly lane: Lane
  readonly by: string
  readonly now: Date
}

/**
 * A new execution, standing at the first step behind the TRIGGER that is not chained to it; COMPLETED at once where
 * nothing else is behind it.
 */
export function startExecution(start: Start): Execution {
  const { definition } = start.compiled
  const { projectId, workflowId, version } = definition
  const id = executionId(projectId, workflowId, start.contact.id, start.origin)
  const { state, entries: history } = firstChange(start, id)
  return {
    id,
    projectId,
    workflowId,
    workflowVersion: version,
    contactId: start.contact.id,
    origin: start.origin,
    mode: 'live',
    effects: start.effects,
    lane: start.lane,
    seq: 0,
    by: start.by,
    state,
    context: start.context,
    history,
    owed: [],
    triggerOrder: start.triggerOrder,
    keyHash: keyHash(id),
    depth: start.depth,
    touches: 0,
    touchedAt: start.now,
    startedAt: start.now,
  }
}

function firstChange(start: Start, id: ExecutionId): Change {
  const { compiled, now } = start
  const from = { compiled, facts: factsAtStart(start, id), tries: 0, token: '', whole: true } as const
  const way = wayFrom(from, compiled.trigger.outgoing, { branch: null, current: true })
  const entry = triggerEntry(start)
  if (way.type === 'step' || way.type === 'end') return asPending(goOn(from, way, entry))
  const message =
    way.type === 'fault' ? way.message : 'the TRIGGER leads to a step that is not in this version'
  return changeTo({ ...ended('FAILED', now, null), error: { code: 'TRIGGER_FAILED', message } }, [entry])
}

/** PENDING until its first step was decided. */
function asPending(change: Change): Change {
  const { state, entries } = change
  return entries.length > 1 || state.status !== 'RUNNING'
    ? change
    : { ...change, state: { ...state, status: 'PENDING' } }
}

function factsAtStart({ compiled, contact, context, now }: Start, id: ExecutionId): Facts {
  const { projectId, workflowId, version: workflowVersion, name } = compiled.definition
  const execution = { id, projectId, workflowId, workflowVersion, contactId: contact.id, startedAt: now }
  return { now, enteredAt: now, execution, workflow: { id: workflowId, name }, contact, context, steps: {} }
}

function triggerEntry(start: Start): HistoryEntry {
  const { compiled, event, now } = start
  const { id: stepId, key, name } = compiled.trigger.step
  const entry = { stepId, key, name, type: 'TRIGGER', branch: null, status: 'COMPLETED', at: now } as const
  return { ...entry, ...asOfBehind(start, null), ...(event === null ? {} : { event }) }
}
