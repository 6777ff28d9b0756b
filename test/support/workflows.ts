import assert from 'node:assert/strict'
import type { TestProject } from './api.js'
import type { Reply } from './http.js'

/** A workflow over HTTP, with the calls that its graph takes. */
export interface TestWorkflow {
  readonly id: string
  readonly triggerId: string
  readonly path: string
  read(): Promise<Reply>
  /** Adds a step (a DELAY unless told otherwise), not connected unless asked for; answers its id. */
  step(more?: Readonly<Record<string, unknown>>): Promise<string>
  connect(from: string, to: string, condition?: unknown, priority?: number): Promise<Reply>
}

export const DELAY = { type: 'DELAY', name: 'wait', config: { amount: 1, unit: 'hours' } }
export const CONDITION = {
  type: 'CONDITION',
  name: 'pro?',
  config: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
}
export const EXIT = { type: 'EXIT', name: 'out', config: {} }

export async function newWorkflow(
  project: TestProject,
  more: Readonly<Record<string, unknown>> = {},
): Promise<TestWorkflow> {
  const body = { name: 'Welcome', eventName: 'signed_up', ...more }
  const made = await project.call('POST', '/workflows', { body })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const id = String(made.at('id'))
  const path = `/workflows/${id}`
  return {
    id,
    path,
    triggerId: String(made.at('steps.0.id')),
    read: () => project.call('GET', path),
    step: async (given = {}) => {
      const reply = await project.call('POST', `${path}/steps`, {
        body: { ...DELAY, autoConnect: false, ...given },
      })
      assert.equal(reply.status, 201, JSON.stringify(reply.body))
      return String(reply.at('id'))
    },
    connect: (fromStepId, toStepId, condition = undefined, priority = 0) =>
      project.call('POST', `${path}/transitions`, { body: { fromStepId, toStepId, condition, priority } }),
  }
}

export interface ShownTransition {
  readonly id: string
  readonly fromStepId: string
  readonly toStepId: string
  readonly condition: unknown
  readonly priority: number
}

/** The transitions of a workflow's answer, by the step they leave in the order of steps, then as they came. */
export function transitionsOf(reply: Reply): readonly ShownTransition[] {
  const steps = (reply.at('steps') as { id: string }[]).map(({ id }) => id)
  const place = ({ fromStepId }: ShownTransition) => steps.indexOf(fromStepId)
  return (reply.at('transitions') as ShownTransition[]).toSorted((a, b) => place(a) - place(b))
}

/** `[from, to, condition]` of each. */
export function edgesOf(reply: Reply): readonly (readonly unknown[])[] {
  return transitionsOf(reply).map(({ fromStepId, toStepId, condition }) => [fromStepId, toStepId, condition])
}
