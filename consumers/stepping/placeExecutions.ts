import type { Place } from '../../src/engine/advance.js'
import { asOfOf } from '../../src/workflow/asOf.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import { factsOf, type Placed, readFor } from './facts.js'

/** An execution as it was read, with its step, its definition and the facts to decide by. */
export interface PlacedExecution extends Place {
  readonly execution: Execution
}

export interface Placing {
  readonly placed: PlacedExecution[]
  /** Their definition or step does not exist: nothing can ever move them, so they end. */
  readonly lost: Execution[]
}

type PlaceDeps = Pick<EngineDeps, 'cache' | 'contacts' | 'clock'>

/** Finds definitions and facts for documents at hand: at most one call for definitions, one for contacts. */
export async function placeExecutions(deps: PlaceDeps, executions: readonly Execution[]): Promise<Placing> {
  await deps.cache.load(executions.map(keyOf))
  const found: (Placed & { readonly execution: Execution })[] = []
  const lost: Execution[] = []
  for (const execution of executions) {
    const compiled = deps.cache.get(keyOf(execution))
    const stepId = execution.state.currentStepId
    const at = stepId === null ? undefined : compiled?.steps.get(stepId)
    if (compiled === undefined || at === undefined) lost.push(execution)
    else found.push({ due: messageOf(execution, at.step.id), compiled, at, execution })
  }
  return { placed: await withFacts(deps, found), lost }
}

async function withFacts(
  deps: PlaceDeps,
  found: readonly (Placed & { readonly execution: Execution })[],
): Promise<PlacedExecution[]> {
  const atHand = async () => found.map((one) => one.execution)
  const documents = { read: atHand, readPositions: atHand }
  const reading = await readFor({ contacts: deps.contacts, executions: documents }, found)
  const executions = new Map(found.map((one) => [one.execution.id, one.execution]))
  const now = deps.clock.now()
  return found.map(({ execution, compiled, at, due }) => {
    const facts = factsOf(
      { due, compiled, at },
      { contacts: reading.contacts, executions, positions: executions },
      now,
    )
    return { execution, compiled, at, facts, tries: execution.state.tries, token: '' }
  })
}

function keyOf({ workflowId, workflowVersion }: Execution) {
  return { workflowId, version: workflowVersion }
}

function messageOf(execution: Execution, stepId: StepDue['stepId']): StepDue {
  const {
    id: executionId,
    projectId,
    workflowId,
    workflowVersion,
    contactId,
    seq,
    state,
    startedAt,
    history,
  } = execution
  const enteredAt = state.enteredAt ?? startedAt
  const place = { projectId, workflowId, workflowVersion, stepId, contactId }
  return { v: 1, executionId, ...place, seq, enteredAt, ...asOfOf(history.at(-1)) }
}
