import type { Facts } from '../steps/definition.js'
import { type AsOf, asOfBehind } from '../workflow/asOf.js'
import type { Contact } from '../workflow/contact.js'
import type { Order } from '../workflow/contactEvent.js'
import type { Execution, ExecutionState, HistoryEntry, Origin } from '../workflow/execution.js'
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
import { ended, moving } from './advance.js'
import type { Compiled } from './compile.js'
import { chooseNext } from './next.js'

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

/** A new execution, standing at the step behind the TRIGGER; COMPLETED at once where nothing is behind it. */
export function startExecution(start: Start): Execution {
  const { definition } = start.compiled
  const { projectId, workflowId, version } = definition
  const id = executionId(projectId, workflowId, start.contact.id, start.origin)
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
    state: firstState(start, id),
    context: start.context,
    history: [triggerEntry(start)],
    owed: [],
    triggerOrder: start.triggerOrder,
    keyHash: keyHash(id),
    depth: start.depth,
    touches: 0,
    touchedAt: start.now,
    startedAt: start.now,
  }
}

function firstState(start: Start, id: ExecutionId): ExecutionState {
  const { compiled, now } = start
  const next = chooseNext(compiled.trigger.outgoing, null, factsAtStart(start, id))
  if (next.type === 'end') return ended('COMPLETED', now, null)
  const target = next.type === 'step' ? compiled.steps.get(next.stepId) : undefined
  if (target !== undefined) return { ...moving(target.step, now), status: 'PENDING' }
  const message =
    next.type === 'fault' ? next.message : 'the TRIGGER leads to a step that is not in this version'
  return { ...ended('FAILED', now, null), error: { code: 'TRIGGER_FAILED', message } }
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
