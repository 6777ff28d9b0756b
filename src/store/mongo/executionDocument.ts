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
import type { Lane } from '../../workflow/lane.js'
import type { StepKind } from '../../workflow/step.js'
import { type StoredId, toUuid } from './bson.js'
import { type StoredValue, storeValue } from './json.js'

/** A history entry whose output, whatever an outside answer put into it, can stand in a document. */
export type StoredEntry = Omit<HistoryEntry, 'output'> & { readonly output?: StoredValue }

export function storeEntry(entry: HistoryEntry): StoredEntry {
  return entry.output === undefined ? (entry as StoredEntry) : { ...entry, output: storeValue(entry.output) }
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
  lane: Lane
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
  const values: Readonly<Record<string, unknown>> = { ...state }
  for (const name of STATE_FIELDS) {
    const value = values[name] ?? null
    if (value !== null && value !== 0) fields[name] = value
  }
  if (state.currentStepId !== null) fields['currentStepId'] = toUuid(state.currentStepId)
  return fields as unknown as StateFields
}

/** Field by field: objects that are copied by their rest are slow, and ten times as large. */
export function toDocument(execution: Execution): ExecutionDocument {
  const { state, owed, triggerOrder, touches, trace } = execution
  const document: ExecutionDocument = {
    _id: toUuid(execution.id),
    projectId: toUuid(execution.projectId),
    workflowId: toUuid(execution.workflowId),
    contactId: toUuid(execution.contactId),
    workflowVersion: execution.workflowVersion,
    origin: execution.origin,
    mode: execution.mode,
    effects: execution.effects,
    lane: execution.lane,
    seq: execution.seq,
    by: execution.by,
    context: storeValue(execution.context),
    history: execution.history.map(storeEntry),
    keyHash: execution.keyHash,
    depth: execution.depth,
    touchedAt: execution.touchedAt,
    startedAt: execution.startedAt,
    status: state.status,
  }
  Object.assign(document, stateFields(state))
  if (owed.length > 0) document.owed = [...owed]
  if (triggerOrder !== null) document.triggerOrder = triggerOrder
  if (touches > 0) document.touches = touches
  if (isUnsettled(state, owed)) document.unsettled = true
  if (trace !== undefined) document.trace = trace
  return document
}
