import type { Place } from '../../src/engine/advance.js'
import { asOfOf } from '../../src/workflow/asOf.js'
import type { DueExecution, Execution, ExecutionIdentity } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import { factsOf, type Placed, readFor } from './facts.js'

/** An execution as it was read, with its step, its definition and the facts to decide by. */
export interface PlacedExecution<Document = Execution> extends Place {
  readonly execution: Document
}

export interface Placing<Document> {
  readonly placed: PlacedExecution<Document>[]
  /** Their definition or step does not exist: nothing can ever move them, so they end. */
  readonly lost: Document[]
}

type PlaceDeps = Pick<EngineDeps, 'cache' | 'contacts' | 'clock'>

/** Finds definitions and facts for documents at hand: at most one call for definitions, one for contacts. */
export async function placeExecutions<Document extends Execution | DueExecution>(
  deps: PlaceDeps,
  executions: readonly Document[],
): Promise<Placing<Document>> {
  await deps.cache.load(executions.map(keyOf))
  const found: Found<Document>[] = []
  const lost: Document[] = []
  for (const execution of executions) {
    const compiled = deps.cache.get(keyOf(execution))
    const stepId = execution.state.currentStepId
    const at = stepId === null ? undefined : compiled?.steps.get(stepId)
    if (compiled === undefined || at === undefined) lost.push(execution)
    else found.push({ due: messageOf(execution, at.step.id), compiled, at, execution })
  }
  return { placed: await withFacts(deps, found), lost }
}

type Found<Document> = Placed & { readonly execution: Document }

async function withFacts<Document extends Execution | DueExecution>(
  deps: PlaceDeps,
  found: readonly Found<Document>[],
): Promise<PlacedExecution<Document>[]> {
  const atHand: readonly (Execution | DueExecution)[] = found.map((one) => one.execution)
  const whole = atHand.filter((one) => 'history' in one)
  const documents = { read: async () => [...whole], readPositions: async () => [...atHand] }
  const reading = await readFor({ contacts: deps.contacts, executions: documents }, found)
  const positions = new Map(atHand.map((one) => [one.id, one]))
  const executions = new Map(whole.map((one) => [one.id, one]))
  const now = deps.clock.now()
  return found.map(({ execution, compiled, at, due }) => {
    const facts = factsOf({ due, compiled, at }, { contacts: reading.contacts, executions, positions }, now)
    return { execution, compiled, at, facts, tries: execution.state.tries, token: '' }
  })
}

export function keyOf({ workflowId, workflowVersion }: ExecutionIdentity) {
  return { workflowId, version: workflowVersion }
}

function messageOf(execution: Execution | DueExecution, stepId: StepDue['stepId']): StepDue {
  const {
    id: executionId,
    projectId,
    workflowId,
    workflowVersion,
    contactId,
    seq,
    state,
    startedAt,
  } = execution
  const enteredAt = state.enteredAt ?? startedAt
  const left = 'history' in execution ? execution.history.at(-1) : execution
  const place = { projectId, workflowId, workflowVersion, stepId, contactId }
  return { v: 1, executionId, ...place, seq, enteredAt, ...asOfOf(left) }
}
