import type { Compiled, CompiledStep } from '../../src/engine/compile.js'
import type { Facts } from '../../src/steps/definition.js'
import type { ContactStore, SteppedContact } from '../../src/store/ports/contacts.js'
import type { ExecutionStore } from '../../src/store/ports/executions.js'
import { asOfOf } from '../../src/workflow/asOf.js'
import type { Execution, Position } from '../../src/workflow/execution.js'
import type { ContactId, ExecutionId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { StepDue } from '../../src/workflow/messages.js'

/** A message whose step was found in its definition. */
export interface Placed {
  readonly due: StepDue
  readonly compiled: Compiled
  readonly at: CompiledStep
}

/** What was read for a batch; maps hold only what the steps' needs asked for. */
export interface Reading {
  readonly contacts: ReadonlyMap<ContactId, SteppedContact>
  /** Whole. */
  readonly executions: ReadonlyMap<ExecutionId, Execution>
  /** Of those, and of others of which no more was needed. */
  readonly positions: ReadonlyMap<ExecutionId, Position>
}

interface ReadDeps {
  readonly contacts: Pick<ContactStore, 'readForSteps'>
  readonly executions: Pick<ExecutionStore, 'read' | 'readPositions'>
}

/**
 * One read of contacts and one of executions, each only for the steps that need it. Contacts first:
 * an UPDATE_CONTACT is safe only if the execution was still there after its contact was read.
 */
export async function readFor(deps: ReadDeps, placed: readonly Placed[]): Promise<Reading> {
  const contactIds = new Set(placed.filter(({ at }) => at.needs.contact).map(({ due }) => due.contactId))
  const whole = idsWhere(placed, ({ needs }) => needs.execution)
  const places = idsWhere(placed, ({ needs }) => !needs.execution && needs.place === true)
  const contacts = contactIds.size === 0 ? [] : await deps.contacts.readForSteps([...contactIds])
  const executions = whole.length === 0 ? [] : await deps.executions.read(whole)
  const positions = places.length === 0 ? [] : await deps.executions.readPositions(places)
  return {
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    executions: new Map(executions.map((execution) => [execution.id, execution])),
    positions: new Map([...executions, ...positions].map((position) => [position.id, position])),
  }
}

function idsWhere(placed: readonly Placed[], holds: (at: CompiledStep) => boolean): ExecutionId[] {
  return placed.flatMap(({ due, at }) => (holds(at) ? due.executionId : []))
}

export function factsOf({ due, compiled }: Placed, reading: Reading, now: Date): Facts {
  const execution = reading.executions.get(due.executionId)
  const { definition } = compiled
  return {
    now,
    enteredAt: due.enteredAt,
    ...asOfOf(due),
    execution: {
      id: due.executionId,
      projectId: due.projectId,
      workflowId: due.workflowId,
      workflowVersion: due.workflowVersion,
      contactId: due.contactId,
      startedAt: reading.positions.get(due.executionId)?.startedAt ?? now,
    },
    workflow: { id: definition.workflowId, name: definition.name },
    contact: reading.contacts.get(due.contactId) ?? null,
    context: execution?.context ?? {},
    steps: execution === undefined ? {} : outputsOfSteps(execution),
  }
}

/** `{ <stepId>: { output } }` of the steps that left one. */
function outputsOfSteps(execution: Execution): JsonObject {
  const steps: JsonObject = {}
  for (const { stepId, output } of execution.history) if (output !== undefined) steps[stepId] = { output }
  return steps
}
