import { randomUUID } from 'node:crypto'
import type { mongo } from 'mongoose'
import pLimit from 'p-limit'
import { type Compiled, compile } from '../src/engine/compile.js'
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
const AT_ONCE = 3
/** What is lost with the database is filled anew. */
const UNSAFE = { ordered: false, writeConcern: { w: 1, journal: false } } as const
const HAND = {
  triggerOrder: null,
  depth: 0,
  effects: 'send',
  lane: 'live',
  by: 'bench',
  event: null,
} as const
const SECOND_MS = 1_000
/** Of a hundred executions; the rest are COMPLETED. */
const SHARES: readonly (readonly [ExecutionStatus, number])[] = [
  ['PENDING', 1],
  ['RUNNING', 1],
  ['WAITING', 6],
  ['FAILED', 2],
  ['CANCELLED', 3],
]

/** Copies of the one workflow that is there, straight into the database; the original comes first. */
export async function fillWorkflows(db: mongo.Db, count: number): Promise<Workflow[]> {
  const workflows = db.collection<WorkflowDocument>('workflows')
  const document = await workflows.findOne()
  if (document === null) throw new Error('there is no workflow to copy')
  const original = loadWorkflow(document)
  const filled = [original]
  await inChunks(count, async (first, size) => {
    const copies = Array.from({ length: size }, (_, at) => {
      const now = new Date(original.createdAt.getTime() - (first + at + 1) * SECOND_MS)
      const copy = duplicateWorkflow(original, { now, newId: randomUUID })
      return { ...copy, name: `Workflow ${first + at}`, enabled: at % 2 === 0 }
    })
    filled.push(...copies)
    await workflows.insertMany(copies.map(storeWorkflow), UNSAFE)
  })
  return filled
}

/** In every status, the newest first to go in: every other one of the first workflow, the rest of all in turn. */
export async function fillExecutions(
  db: mongo.Db,
  workflows: readonly Workflow[],
  count: number,
): Promise<void> {
  const compiled = workflows.map((workflow) => compiledOf(workflow))
  const executions = db.collection<ExecutionDocument>('executions')
  const started = Date.now()
  await inChunks(count, async (first, size) => {
    const documents = Array.from({ length: size }, (_, at) => {
      const place = first + at
      const of = compiled[place % 2 === 0 ? 0 : Math.floor(place / 2) % compiled.length]
      const now = new Date(started - place * SECOND_MS)
      const contact = { id: randomUUID() } as unknown as Contact
      const [origin, context] = [['manual', randomUUID()] as const, { plan: 'pro', n: place }]
      const made = startExecution({ ...HAND, compiled: of ?? compiledOf(), contact, origin, context, now })
      return toDocument(inStatus(made, statusOf(Math.floor(place / 2))))
    })
    await executions.insertMany(documents, UNSAFE)
  })
}

function compiledOf(workflow?: Workflow): Compiled {
  const compiled = workflow === undefined ? null : compile(definitionOf(workflow))
  if (compiled === null) throw new Error('there is no workflow with a TRIGGER')
  return compiled
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

/** While the server writes some chunks, the next one is made. */
async function inChunks(count: number, work: (first: number, size: number) => Promise<void>): Promise<void> {
  const limit = pLimit(AT_ONCE)
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, at) => at * CHUNK)
  await Promise.all(chunks.map((first) => limit(() => work(first, Math.min(CHUNK, count - first)))))
}
