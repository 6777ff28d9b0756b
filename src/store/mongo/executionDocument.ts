import { isUnsettled } from '../../workflow/change.js'
import type { Order } from '../../workflow/contactEvent.js'
import type {
  ActiveStatus,
  EndedStatus,
  Execution,
  ExecutionState,
  HistoryEntry,
  Owed,
} from '../../workflow/execution.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import type { StepKind } from '../../workflow/step.js'
import { traceOf } from '../../workflow/trace.js'
import { fromUuid, type StoredId, toUuid } from './bson.js'
import { loadValue, type StoredValue, storeValue } from './json.js'

/** A history entry whose output, whatever an outside answer put into it, can stand in a document. */
export type StoredEntry = Omit<HistoryEntry, 'output'> & { readonly output?: StoredValue }

export function storeEntry(entry: HistoryEntry): StoredEntry {
  const { output, ...rest } = entry
  return output === undefined ? rest : { ...rest, output: storeValue(output) }
}

function loadEntry(entry: StoredEntry): HistoryEntry {
  const { output, ...rest } = entry
  return output === undefined ? rest : { ...rest, output: loadValue(output) }
}

/** An execution as it stands in the collection `executions`. Fields that say nothing are absent, never null. */
export interface ExecutionDocument {
  _id: StoredId
  projectId: StoredId
  workflowId: StoredId
  workflowVersion: number
  contactId: StoredId
  origin: Execution['origin']
  mode: 'live'
  effects: 'send' | 'skip'
  lane: 'live' | 'bulk'
  status: ActiveStatus | EndedStatus
  currentStepId?: StoredId
  kind?: StepKind
  enteredAt?: Date
  seq: number
  by: string
  dueAt?: Date
  wait?: { names: string[]; since: 'step' | 'start'; checked: boolean }
  hold?: { reason: 'host_slots' | 'retry'; key: string | null; since: Date }
  lease?: { token: string; until: Date }
  tries?: number
  context: StoredValue
  history: StoredEntry[]
  owed?: Owed[]
  triggerOrder?: Order
  exitReason?: string
  error?: { code: string; message: string }
  keyHash: number
  depth: number
  touches?: number
  touchedAt: Date
  startedAt: Date
  completedAt?: Date
  /** There while the sweeper must look after the document. */
  unsettled?: true
  trace?: string
}

type StateFields = Pick<
  ExecutionDocument,
  | 'status'
  | 'currentStepId'
  | 'kind'
  | 'enteredAt'
  | 'dueAt'
  | 'wait'
  | 'hold'
  | 'lease'
  | 'tries'
  | 'exitReason'
  | 'error'
  | 'completedAt'
>

export const STATE_FIELDS = [
  'status',
  'currentStepId',
  'kind',
  'enteredAt',
  'dueAt',
  'wait',
  'hold',
  'lease',
  'tries',
  'exitReason',
  'error',
  'completedAt',
] as const satisfies readonly (keyof StateFields)[]

/** The state's fields as they are stored: what is null or 0 is left out. */
export function stateFields(state: ExecutionState): StateFields {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(state)) if (value !== null && value !== 0) fields[name] = value
  if (state.currentStepId !== null) fields['currentStepId'] = toUuid(state.currentStepId)
  return fields as unknown as StateFields
}

export function toDocument(execution: Execution): ExecutionDocument {
  const { id, projectId, workflowId, contactId, state, owed, triggerOrder, touches, ...plain } = execution
  return {
    ...plain,
    context: storeValue(plain.context),
    history: plain.history.map(storeEntry),
    ...stateFields(state),
    _id: toUuid(id),
    projectId: toUuid(projectId),
    workflowId: toUuid(workflowId),
    contactId: toUuid(contactId),
    ...(owed.length > 0 ? { owed: [...owed] } : {}),
    ...(triggerOrder === null ? {} : { triggerOrder }),
    ...(touches > 0 ? { touches } : {}),
    ...(isUnsettled(state, owed) ? { unsettled: true } : {}),
  }
}

export function fromDocument(document: ExecutionDocument): Execution {
  return {
    id: fromUuid<ExecutionId>(document._id),
    projectId: fromUuid<ProjectId>(document.projectId),
    workflowId: fromUuid<WorkflowId>(document.workflowId),
    contactId: fromUuid<ContactId>(document.contactId),
    ...carried(document),
    ...traceOf(document),
    state: stateOf(document),
    owed: document.owed ?? [],
    triggerOrder: document.triggerOrder ?? null,
    touches: document.touches ?? 0,
  }
}

function carried(document: ExecutionDocument) {
  const { workflowVersion, origin, mode, effects, lane, seq, by, keyHash, depth, touchedAt, startedAt } =
    document
  const context = loadValue(document.context) as JsonObject
  const history = document.history.map(loadEntry)
  return {
    workflowVersion,
    origin,
    mode,
    effects,
    lane,
    seq,
    by,
    context,
    history,
    keyHash,
    depth,
    touchedAt,
    startedAt,
  }
}

function stateOf(document: ExecutionDocument): ExecutionState {
  switch (document.status) {
    case 'PENDING':
    case 'RUNNING':
      return { ...placed(document), status: document.status, lease: document.lease ?? null }
    case 'WAITING':
      return {
        ...placed(document),
        status: 'WAITING',
        wait: document.wait ?? null,
        hold: document.hold ?? null,
      }
    default:
      return endedState(document, document.status)
  }
}

/** A document edited to something impossible still reads: its step is then one that no definition has. */
const NO_STEP = '00000000-0000-0000-0000-000000000000' as StepId

function placed(document: ExecutionDocument) {
  const { currentStepId, kind = 'EXIT', enteredAt, startedAt, dueAt = null, tries = 0 } = document
  const stepId = currentStepId === undefined ? NO_STEP : fromUuid<StepId>(currentStepId)
  return { currentStepId: stepId, kind, enteredAt: enteredAt ?? startedAt, dueAt, tries }
}

function endedState(document: ExecutionDocument, status: EndedStatus): ExecutionState {
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
