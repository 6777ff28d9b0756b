import type { ApiClient } from '../scripts/apiClient.js'
import { makeWorkflow, type WorkflowPlan } from '../scripts/workflows.js'
import { publishMany } from './publishMany.js'
import { type BenchStage, type Run, stopped } from './stage.js'

/** A workflow, and the events that start it `n` times, with nobody there yet who handles them. */
export async function layBacklog(
  bench: BenchStage,
  run: Run,
  n: number,
  planOf: (api: ApiClient) => WorkflowPlan | Promise<WorkflowPlan>,
): Promise<void> {
  const setup = await run.start({ ROLES: 'api' })
  const api = run.api(setup)
  const plan = await planOf(api)
  await makeWorkflow(api, plan)
  const { id: projectId } = await api.get<{ id: string }>('/project')
  await publishMany(bench, run, { projectId, name: plan.eventName, n })
  await stopped(setup)
}
