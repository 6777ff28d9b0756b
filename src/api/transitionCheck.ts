import { conditionFaults, endFaults } from '../engine/edit/transitions.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { Fault } from '../workflow/fault.js'
import { type ProjectId, parseId, type StepId, type TransitionId, type WorkflowId } from '../workflow/ids.js'
import { isJsonObject, type JsonObject, own } from '../workflow/json.js'
import type { Step } from '../workflow/step.js'
import type { Workflow } from '../workflow/workflow.js'

type Reads = Pick<WorkflowStore, 'get'>

interface Of {
  readonly projectId: ProjectId
  readonly params: { readonly id: WorkflowId; readonly transitionId?: TransitionId }
}

/**
 * What is wrong with ends and condition in a request's body, judged by the workflow as it stands, so that it is told
 * together with every other fault. Nothing where there is no such workflow or step.
 */
export async function transitionFaultsOf(workflows: Reads, body: unknown, of: Of): Promise<readonly Fault[]> {
  if (!isJsonObject(body)) return []
  const workflow = await workflows.get(of.projectId, of.params.id)
  if (workflow === null) return []
  const from = startOf(workflow, body, of)
  return from === undefined ? [] : [...endsOf(workflow, from, body), ...conditionOf(from, body)]
}

/** Where the transition starts: as the body says, or as it is. */
function startOf({ steps, transitions }: Workflow, body: JsonObject, { params }: Of): Step | undefined {
  const { transitionId } = params
  if (transitionId === undefined) return named(steps, own(body, 'fromStepId'))
  return named(steps, transitions.find(({ id }) => id === transitionId)?.fromStepId)
}

function endsOf({ steps, transitions }: Workflow, from: Step, body: JsonObject): readonly Fault[] {
  const to = named(steps, own(body, 'toStepId'))
  return to === undefined ? [] : endFaults(transitions, from, to)
}

function named(steps: readonly Step[], id: unknown): Step | undefined {
  const wanted = typeof id === 'string' ? parseId<StepId>(id) : null
  return steps.find((step) => step.id === wanted)
}

function conditionOf(from: Step, body: JsonObject): readonly Fault[] {
  const condition = own(body, 'condition')
  return isJsonObject(condition) ? conditionFaults(from, condition) : []
}
