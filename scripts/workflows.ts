import type { ApiClient } from './apiClient.js'

/** A workflow in short: steps by key and arrows between them; `trigger` is the TRIGGER. */
export interface WorkflowPlan {
  readonly name: string
  readonly eventName: string
  readonly allowReentry?: boolean
  readonly steps: Readonly<Record<string, { readonly type: string; readonly config: object }>>
  /** `[from, to, branch?]` */
  readonly arrows: readonly (readonly [string, string, string?])[]
}

export interface MadeWorkflow {
  readonly id: string
  /** Step ids by the plan's keys. */
  readonly steps: Readonly<Record<string, string>>
}

interface Made {
  readonly id: string
}

/** Creates a workflow call by call, as a person would, and enables it. */
export async function makeWorkflow(api: ApiClient, plan: WorkflowPlan): Promise<MadeWorkflow> {
  const { name, eventName, allowReentry = false } = plan
  const { id } = await api.post<Made>('/workflows', { name, eventName, allowReentry })
  const { steps } = await api.get<{ steps: { id: string; type: string }[] }>(`/workflows/${id}`)
  const ids: Record<string, string> = { trigger: steps.find(({ type }) => type === 'TRIGGER')?.id ?? '' }
  for (const [key, { type, config }] of Object.entries(plan.steps)) {
    const step = await api.post<Made>(`/workflows/${id}/steps`, {
      type,
      name: key,
      config,
      autoConnect: false,
    })
    ids[key] = step.id
  }
  for (const [from, to, branch] of plan.arrows) {
    const ends = { fromStepId: ids[from], toStepId: ids[to] }
    await api.post(
      `/workflows/${id}/transitions`,
      branch === undefined ? ends : { ...ends, condition: { branch } },
    )
  }
  await api.patch(`/workflows/${id}`, { enabled: true })
  return { id, steps: ids }
}
