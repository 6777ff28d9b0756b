import type { Ended, Execution, HistoryEntry, Moving, Waiting } from '../../src/workflow/execution.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../src/workflow/ids.js'

export const THEN = new Date('2026-01-01T00:00:00.000Z')
export const NOW = new Date('2026-01-02T00:00:00.000Z')

/** Steps by number, as ids that a store takes. */
export function stepId(n: number): StepId {
  return `00000000-0000-8000-8000-${String(n).padStart(12, '0')}` as StepId
}

export function aMoving(more: Partial<Moving> = {}): Moving {
  const at = { currentStepId: stepId(1), kind: 'DELAY', enteredAt: THEN, tries: 0 } as const
  return { status: 'RUNNING', ...at, dueAt: null, lease: null, ...more }
}

export function aWaiting(more: Partial<Waiting> = {}): Waiting {
  const at = { currentStepId: stepId(1), kind: 'DELAY', enteredAt: THEN, tries: 0 } as const
  return { status: 'WAITING', ...at, dueAt: null, wait: null, hold: null, ...more }
}

export function anEnd(status: Ended['status'], more: Partial<Ended> = {}): Ended {
  const nowhere = { currentStepId: null, kind: null, enteredAt: null, lease: null, tries: 0 }
  return { status, ...nowhere, completedAt: NOW, exitReason: null, error: null, ...more }
}

export function anEntry(step: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const named = { stepId: stepId(step), key: `s${step}`, type: 'DELAY', name: `step ${step}` } as const
  return { ...named, branch: null, status: 'COMPLETED', at: THEN, ...more }
}

/** An execution at step 1 behind its TRIGGER, step 0. */
export function anExecution(more: Partial<Execution> = {}): Execution {
  return {
    id: '10000000-0000-8000-8000-000000000000' as ExecutionId,
    projectId: '20000000-0000-8000-8000-000000000000' as ProjectId,
    workflowId: '30000000-0000-8000-8000-000000000000' as WorkflowId,
    workflowVersion: 1,
    contactId: '40000000-0000-8000-8000-000000000000' as ContactId,
    origin: ['event', 'e1'],
    mode: 'live',
    effects: 'send',
    lane: 'live',
    seq: 4,
    by: 'somebody',
    state: aMoving(),
    context: { plan: 'pro' },
    history: [anEntry(0, { type: 'TRIGGER' })],
    owed: [],
    triggerOrder: null,
    keyHash: 7,
    depth: 0,
    touches: 0,
    touchedAt: THEN,
    startedAt: THEN,
    ...more,
  }
}
