import { randomUUID } from 'node:crypto'
import type { mongo } from 'mongoose'
import { compile } from '../src/engine/compile.js'
import { duplicateWorkflow } from '../src/engine/edit/copy.js'
import { startExecution } from '../src/engine/start.js'
import { type ExecutionDocument, toDocument } from '../src/store/mongo/executionDocument.js'
import { loadWorkflow, storeWorkflow, type WorkflowDocument } from '../src/store/mongo/workflowDocument.js'
import type { Contact } from '../src/workflow/contact.js'
import {
  ACTIVE_STATUSES,
  type Execution,
  type ExecutionState,
  type ExecutionStatus,
} from '../src/workflow/execution.js'
import { definitionOf, type Workflow } from '../src/workflow/workflow.js'

const CHUNK = 2_000
const SECOND_MS = 1_000
/** Of a hundred executions; the rest are COMPLETED. */
const SHARES: readonly (readonly [ExecutionStatus, number])[] = [
  ['PENDING', 1],
  ['RUNNING', 1],
  ['WAITING', 6],
  ['FAILED', 2],
  ['CANCELLED', 3],
]

/** Copies of the one workflow that is there, straight into the database. */
export async function fillWorkflows(db: mongo.Db, count: number): Promise<Workflow> {
  const workflows = db.collection<WorkflowDocument>('workflows')
  const document = await workflows.findOne()
  if (document === null) throw new Error('there is no workflow to copy')
  const original = loadWorkflow(document)
  await inChunks(count, async (first, size) => {
    const copies = Array.from({ length: size }, (_, at) => {
      const now = new Date(original.createdAt.getTime() - (first + at + 1) * SECOND_MS)
      const copy = duplicateWorkflow(original, { now, newId: randomUUID })
      return storeWorkflow({ ...copy, name: `Workflow ${first + at}`, enabled: at % 2 === 0 })
    })
    await workflows.insertMany(copies)
  })
  return original
}

/** Executions of one workflow in every status, the newest first to go in. */
export async function fillExecutions(db: mongo.Db, workflow: Workflow, count: number): Promise<void> {
  const compiled = compile(definitionOf(workflow))
  if (compiled === null) throw new Error('the workflow has no TRIGGER')
  const hand = {
    triggerOrder: null,
    depth: 0,
    effects: 'send',
    lane: 'live',
    by: 'bench',
    event: null,
  } as const
  const executions = db.collection<ExecutionDocument>('executions')
  const started = Date.now()
  await inChunks(count, async (first, size) => {
    const documents = Array.from({ length: size }, (_, at) => {
      const now = new Date(started - (first + at) * SECOND_MS)
      const contact = { id: randomUUID() } as unknown as Contact
      const origin = ['manual', randomUUID()] as const
      const context = { plan: 'pro', n: first + at }
      const made = startExecution({ ...hand, compiled, contact, origin, context, now })
      return toDocument(inStatus(made, statusOf(first + at)))
    })
    await executions.insertMany(documents, { ordered: false })
  })
}

function statusOf(place: number): ExecutionStatus {
  let upTo = 0
  for (const [status, share] of SHARES) {
    upTo += share
    if (place % 100 < upTo) return status
  }
  return 'COMPLETED'
}

function inStatus(made: Execution, status: ExecutionStatus): Execution {
  const { state, startedAt } = made
  const { currentStepId, kind, enteredAt } = state
  const far = new Date(startedAt.getTime() + 400 * 86_400 * SECOND_MS)
  const place = { currentStepId, kind, enteredAt, tries: 0, lease: null }
  const isActive = (ACTIVE_STATUSES as readonly ExecutionStatus[]).includes(status)
  const rest = isActive ? activeParts(status, far) : { completedAt: startedAt, exitReason: null, error: null }
  return { ...made, state: { ...place, ...rest, status } as ExecutionState, owed: [] }
}

function activeParts(status: ExecutionStatus, dueAt: Date) {
  return status === 'WAITING' ? { dueAt, wait: null, hold: null } : { dueAt: null }
}

async function inChunks(count: number, work: (first: number, size: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += CHUNK) await work(first, Math.min(CHUNK, count - first))
}
