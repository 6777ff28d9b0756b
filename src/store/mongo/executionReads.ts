import type { AsOf } from '../../workflow/asOf.js'
import type {
  DueExecution,
  EndedStatus,
  Execution,
  ExecutionState,
  HistoryEntry,
  Owed,
  Position,
} from '../../workflow/execution.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { Writable } from '../../workflow/writable.js'
import { fromUuid } from './bson.js'
import { type ExecutionDocument, STATE_FIELDS, type StoredEntry } from './executionDocument.js'
import { loadValue } from './json.js'

export function fromDocument(document: ExecutionDocument): Execution {
  const execution: Execution = {
    id: fromUuid<ExecutionId>(document._id),
    projectId: fromUuid<ProjectId>(document.projectId),
    workflowId: fromUuid<WorkflowId>(document.workflowId),
    contactId: fromUuid<ContactId>(document.contactId),
    workflowVersion: document.workflowVersion,
    origin: document.origin,
    mode: document.mode,
    effects: document.effects,
    lane: document.lane,
    seq: document.seq,
    by: document.by,
    context: loadValue(document.context) as JsonObject,
    history: document.history.map(loadEntry),
    keyHash: document.keyHash,
    depth: document.depth,
    touchedAt: document.touchedAt,
    startedAt: document.startedAt,
    state: stateOf(document),
    owed: document.owed ?? [],
    triggerOrder: document.triggerOrder ?? null,
    touches: document.touches ?? 0,
  }
  return document.trace === undefined ? execution : { ...execution, trace: document.trace }
}

export const POSITION_FIELDS = [
  ...STATE_FIELDS,
  'workflowVersion',
  'seq',
  'by',
  'owed',
  'depth',
  'touchedAt',
  'startedAt',
] as const satisfies readonly (keyof ExecutionDocument)[]

export type PositionDocument = Pick<ExecutionDocument, '_id' | (typeof POSITION_FIELDS)[number]>

export function positionOf(document: PositionDocument): Position {
  return {
    id: fromUuid<ExecutionId>(document._id),
    workflowVersion: document.workflowVersion,
    seq: document.seq,
    by: document.by,
    state: stateOf(document),
    owed: document.owed ?? [],
    depth: document.depth,
    touchedAt: document.touchedAt,
    startedAt: document.startedAt,
  }
}

export const DUE_FIELDS = [
  ...POSITION_FIELDS,
  ...(['projectId', 'workflowId', 'contactId', 'lane', 'trace'] as const),
  'history.asOf',
] as const satisfies readonly (keyof ExecutionDocument | 'history.asOf')[]

type DueDocument = PositionDocument &
  Pick<ExecutionDocument, 'projectId' | 'workflowId' | 'contactId' | 'lane' | 'trace'> & {
    readonly history: readonly AsOf[]
  }

/** Field by field, as documents are: crowds are read. */
export function dueOf(document: DueDocument): DueExecution {
  const { lane, trace, history } = document
  const due: Writable<DueExecution> = {
    id: fromUuid<ExecutionId>(document._id),
    projectId: fromUuid<ProjectId>(document.projectId),
    workflowId: fromUuid<WorkflowId>(document.workflowId),
    workflowVersion: document.workflowVersion,
    contactId: fromUuid<ContactId>(document.contactId),
    seq: document.seq,
    by: document.by,
    state: stateOf(document),
    owed: document.owed ?? NOTHING,
    depth: document.depth,
    touchedAt: document.touchedAt,
    startedAt: document.startedAt,
  }
  if (lane === 'bulk') due.lane = lane
  if (trace !== undefined) due.trace = trace
  const asOf = history.at(-1)?.asOf
  if (asOf !== undefined) due.asOf = asOf
  return due
}

const NOTHING: readonly Owed[] = []

function stateOf(document: PositionDocument): ExecutionState {
  switch (document.status) {
    case 'PENDING':
    case 'RUNNING':
      return { status: document.status, lease: document.lease ?? null, ...placed(document) }
    case 'WAITING':
      return {
        status: 'WAITING',
        wait: document.wait ?? null,
        hold: document.hold ?? null,
        ...placed(document),
      }
    default:
      return endedState(document, document.status)
  }
}

/** A document edited to something impossible still reads: its step is then one that no definition has. */
const NO_STEP = '00000000-0000-0000-0000-000000000000' as StepId

function placed(document: PositionDocument) {
  const { currentStepId, kind = 'EXIT', enteredAt, startedAt, dueAt = null, tries = 0 } = document
  const stepId = currentStepId === undefined ? NO_STEP : fromUuid<StepId>(currentStepId)
  return { currentStepId: stepId, kind, enteredAt: enteredAt ?? startedAt, dueAt, tries }
}

function endedState(document: PositionDocument, status: EndedStatus): ExecutionState {
  const { kind = null, enteredAt = null, exitReason = null, error = null, lease = null, tries = 0 } = document
  return {
    status,
    currentStepId: document.currentStepId === undefined ? null : fromUuid<StepId>(document.currentStepId),
    kind,
    enteredAt,
    completedAt: document.completedAt ?? document.touchedAt,
    exitReason,
    error,
    lease,
    tries,
  }
}

function loadEntry(entry: StoredEntry): HistoryEntry {
  return entry.output === undefined ? (entry as HistoryEntry) : { ...entry, output: loadValue(entry.output) }
}
