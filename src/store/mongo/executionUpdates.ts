import {
  type Change,
  type Expectation,
  isUnsettled,
  staysOnStep,
  type TransitionGroup,
} from '../../workflow/change.js'
import { toUuid, toUuids } from './bson.js'
import { STATE_FIELDS, stateFields, storeEntry } from './executionDocument.js'
import { storeValue } from './json.js'

export interface UpdateMany {
  updateMany: {
    filter: Record<string, unknown>
    update: Record<string, Record<string, unknown>> | Record<string, unknown>[]
  }
}

/** One group as one `updateMany`: the compare in the filter, the set in the update. */
export function groupUpdate(group: TransitionGroup, by: string, now: Date): UpdateMany {
  const filter = { _id: { $in: toUuids(group.ids) }, ...expectFilter(group.expect) }
  return { updateMany: { filter, update: changeUpdate(group.change, group.expect.seq, by, now) } }
}

function expectFilter(expect: Expectation): Record<string, unknown> {
  const { seq, currentStepId, workflowVersion, standing } = expect
  const place = { seq, currentStepId: toUuid(currentStepId), workflowVersion }
  if (typeof standing !== 'string') {
    return { ...place, 'lease.token': standing.token, status: { $in: ['PENDING', 'RUNNING'] } }
  }
  switch (standing) {
    case 'moving':
      return { ...place, status: { $in: ['PENDING', 'RUNNING'] }, lease: { $exists: false } }
    case 'waiting':
      return { ...place, status: 'WAITING' }
    case 'active':
      return { ...place, status: { $in: ['PENDING', 'RUNNING', 'WAITING'] } }
    case 'failed':
      return { ...place, status: 'FAILED' }
    default:
      return standing satisfies never
  }
}

function changeUpdate(
  change: Change,
  seq: number,
  by: string,
  now: Date,
): Record<string, Record<string, unknown>> {
  const fields = stateFields(change.state)
  const set: Record<string, unknown> = { ...fields, seq: seq + 1, by, touchedAt: now }
  if (change.context !== null) set['context'] = storeValue(change.context)
  if (change.owed.length > 0) set['owed'] = change.owed
  if (change.workflowVersion !== null) set['workflowVersion'] = change.workflowVersion
  if (isUnsettled(change.state, change.owed)) set['unsettled'] = true
  if (staysOnStep(change)) delete set['enteredAt']
  const absent = [...STATE_FIELDS, 'touches', 'owed', 'unsettled'].filter((field) => !(field in set))
  const unset = Object.fromEntries(
    absent.filter((field) => !keepsEnteredAt(change, field)).map((field) => [field, '']),
  )
  return { $set: set, $unset: unset, ...historyUpdate(change) }
}

function keepsEnteredAt(change: Change, field: string): boolean {
  return field === 'enteredAt' && staysOnStep(change)
}

/** Entries are added, or (`retry`) the last one is taken back; never both. */
function historyUpdate(change: Change): Record<string, Record<string, unknown>> {
  if (change.reopen) return { $pop: { history: 1 } }
  const [first, ...more] = change.entries.map(storeEntry)
  if (first === undefined) return {}
  return { $push: { history: more.length === 0 ? first : { $each: [first, ...more] } } }
}
