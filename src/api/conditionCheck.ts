import { conditionFaults } from '../engine/edit/transitions.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { Fault } from '../workflow/fault.js'
import { type ProjectId, parseId, type StepId, type TransitionId, type WorkflowId } from '../workflow/ids.js'
import { isJsonObject, type JsonObject, own } from '../workflow/json.js'
import type { Workflow } from '../workflow/workflow.js'

type Reads = Pick<WorkflowStore, 'get'>

interface Of {
  readonly projectId: ProjectId
  readonly params: { readonly id: WorkflowId; readonly transitionId?: TransitionId }
}

/**
 * What is wrong with the condition in a request's body, judged by the step that the transition leaves; so that it
 * is told together with every other fault. Nothing where there is no such step.
 */
export async function conditionFaultsOf(workflows: Reads, body: unknown, of: Of): Promise<readonly Fault[]> {
  const condition = isJsonObject(body) ? own(body, 'condition') : undefined
  if (!isJsonObject(body) || !isJsonObject(condition)) return []
  const workflow = await workflows.get(of.projectId, of.params.id)
  return workflow === null ? [] : judge(workflow, startOf(workflow, body, of), condition)
}

/** Where the transition starts: as the body says, or as it is. */
function startOf({ transitions }: Workflow, body: JsonObject, { params }: Of): StepId | null {
  const { transitionId } = params
  if (transitionId !== undefined) return transitions.find(({ id }) => id === transitionId)?.fromStepId ?? null
  const named = own(body, 'fromStepId')
  return typeof named === 'string' ? parseId<StepId>(named) : null
}

function judge({ steps }: Workflow, start: StepId | null, condition: JsonObject): readonly Fault[] {
  const from = steps.find(({ id }) => id === start)
  return from === undefined ? [] : conditionFaults(from, condition)
}
