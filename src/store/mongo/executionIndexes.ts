/**
 * Indexes of `executions`; each costs every insert, and those over fields that move cost transitions too, so there
 * are few. Those that serve active documents are partial, so that what ended costs nothing. `byStatus` serves
 * pages and counts of one workflow, with any statuses; `byContact` serves a person's; `byProject` a project's
 * newest, and older ones of rare statuses are merged from all its workflows. `byEnd` has ended ones in the order of
 * their ends: along it, totals are added up once. `byKey` has manual starts by their idempotency key.
 */
export const EXECUTION_INDEXES = [
  { key: { dueAt: 1, keyHash: 1 }, name: 'due', partialFilterExpression: { dueAt: { $exists: true } } },
  {
    key: { lane: 1, kind: 1, touchedAt: 1 },
    name: 'unsettledInLane',
    partialFilterExpression: { unsettled: true },
  },
  {
    key: { contactId: 1, 'wait.names': 1 },
    name: 'waits',
    partialFilterExpression: { 'wait.names': { $exists: true } },
  },
  { key: { workflowId: 1, mode: 1, status: 1, startedAt: -1, _id: -1 }, name: 'byStatus' },
  { key: { contactId: 1, startedAt: -1, _id: -1 }, name: 'byContact' },
  { key: { projectId: 1, startedAt: -1, _id: -1 }, name: 'byProject' },
  {
    key: { workflowId: 1, completedAt: 1 },
    name: 'byEnd',
    partialFilterExpression: { completedAt: { $exists: true } },
  },
  {
    key: { workflowId: 1, 'origin.1': 1 },
    name: 'byKey',
    partialFilterExpression: { 'origin.0': 'manual' },
  },
] as const
