import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { compile } from '../../src/engine/compile.js'
import { startExecution } from '../../src/engine/start.js'
import type { Contact } from '../../src/workflow/contact.js'
import type { Ended, Execution, HistoryEntry, Moving, Waiting } from '../../src/workflow/execution.js'
import type { StepId, WorkflowId } from '../../src/workflow/ids.js'
import type { StepKind } from '../../src/workflow/step.js'
import { definitionOf, type Workflow } from '../../src/workflow/workflow.js'
import type { TestApi, TestProject } from './api.js'
import type { TestWorkflow } from './workflows.js'

export interface TestContact {
  readonly id: string
  readonly email: string
}

export async function newContact(
  project: TestProject,
  email = `${randomUUID()}@example.com`,
): Promise<TestContact> {
  const made = await project.call('POST', '/contacts', { body: { email } })
  return { id: String(made.at('id')), email }
}

export interface Given {
  readonly contact?: TestContact
  readonly startedAt?: Date
  readonly context?: Execution['context']
  /** Made from the execution as it starts. */
  readonly more?: (started: Execution) => Partial<Execution>
}

/** An execution as an engine would have left it; the engine itself does not run. */
export async function givenExecution(
  api: TestApi,
  project: TestProject,
  workflow: TestWorkflow,
  given: Given = {},
): Promise<Execution> {
  const contact = given.contact ?? (await newContact(project))
  const found = await api.deps.workflows.get(project.id, workflow.id as WorkflowId)
  assert.ok(found)
  const started = startedBy(found, contact, given)
  const execution = { ...started, ...given.more?.(started) }
  assert.equal((await api.deps.executions.insert([execution])).size, 0)
  await api.deps.definitions.pin([definitionOf(found)])
  return execution
}

function startedBy(workflow: Workflow, contact: TestContact, given: Given): Execution {
  const compiled = compile(definitionOf(workflow))
  assert.ok(compiled)
  const now = given.startedAt ?? new Date(Date.now() - 60_000)
  const eventId = randomUUID()
  const hand = { triggerOrder: null, depth: 0, effects: 'send', lane: 'live', by: 'engine' } as const
  return startExecution({
    ...hand,
    compiled,
    contact: contact as unknown as Contact,
    origin: ['event', eventId],
    context: given.context ?? { plan: 'pro' },
    event: { eventId, name: 'signed_up' },
    now,
  })
}

export interface At {
  readonly stepId: string
  readonly kind: StepKind
  readonly since?: Date
}

const SINCE = new Date('2026-01-01T00:00:10.000Z')

export function movingAt({ stepId, kind, since = SINCE }: At, more: Partial<Moving> = {}): Moving {
  const base = { currentStepId: stepId as StepId, kind, enteredAt: since, dueAt: null, lease: null, tries: 0 }
  return { status: 'RUNNING', ...base, ...more }
}

export function waitingAt({ stepId, kind, since = SINCE }: At, more: Partial<Waiting> = {}): Waiting {
  const base = { currentStepId: stepId as StepId, kind, enteredAt: since, dueAt: null, tries: 0 }
  return { status: 'WAITING', ...base, wait: null, hold: null, ...more }
}

export function endedAs(status: Ended['status'], more: Partial<Ended> = {}): Ended {
  const nowhere = { currentStepId: null, kind: null, enteredAt: null, lease: null, tries: 0 }
  const completedAt = new Date('2026-01-02T00:00:00.000Z')
  return { ...nowhere, status, completedAt, exitReason: null, error: null, ...more }
}

export function failedAt({ stepId, kind }: At, code = 'CALL_FAILED'): Ended {
  const error = { code, message: 'no luck' }
  return endedAs('FAILED', { currentStepId: stepId as StepId, kind, error })
}

export function entryOf({ stepId, kind }: At, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const named = { stepId: stepId as StepId, key: stepId, type: kind, name: 'wait' }
  return { ...named, branch: null, status: 'COMPLETED', at: new Date('2026-01-01T00:01:00.000Z'), ...more }
}

/** What every answer about an execution has. */
export const EXECUTION_FIELDS = [
  'completedAt',
  'contactId',
  'context',
  'createdAt',
  'currentStepId',
  'error',
  'exitReason',
  'id',
  'resumeAt',
  'startedAt',
  'status',
  'updatedAt',
  'workflowId',
  'workflowVersion',
]

export async function stored(api: TestApi, { id }: Pick<Execution, 'id'>): Promise<Execution> {
  const [execution] = await api.deps.executions.read([id])
  assert.ok(execution)
  return execution
}
