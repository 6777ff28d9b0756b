import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Execution } from '../../src/workflow/execution.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { EngineWorld } from './engineWorld.js'
import type { HandDriven } from './handDriven.js'

export const newEmail = () => `${randomUUID()}@example.com`
export const reasonOf = ({ state }: Execution) => ('exitReason' in state ? state.exitReason : state.status)

/** A DELAY that is left at once; like all of its kind it gets a message of its own. */
export const LONG_OVER = { until: '2026-01-01T00:00:00.000Z' }

/** TRIGGER, a step, WAIT_FOR_EVENT, and an EXIT for each branch. */
export function waitingWorkflow(world: EngineWorld, config: JsonObject = {}): Promise<Workflow> {
  return world.given({
    eventName: `start-${randomUUID()}`,
    steps: [
      ['first', 'UPDATE_CONTACT', { data: { seen: true } }],
      ['wait', 'WAIT_FOR_EVENT', { eventName: 'clicked', ...config }],
      ['came', 'EXIT', { reason: 'event' }],
      ['late', 'EXIT', { reason: 'timeout' }],
    ],
    arrows: [
      ['trigger', 'first'],
      ['first', 'wait'],
      ['wait', 'came', { branch: 'event' }],
      ['wait', 'late', { branch: 'timeout' }],
    ],
  })
}

export async function only(world: EngineWorld, workflow: Workflow): Promise<Execution> {
  const [execution, ...others] = await world.executions(workflow)
  assert.ok(execution)
  assert.equal(others.length, 0)
  return execution
}

export function start(hand: HandDriven, workflow: Workflow, email: string, at?: Date): Promise<void> {
  const { eventName: name } = workflow.triggerConfig
  return hand.events([{ name, email, data: { from: 'trigger' } }], at)
}

export function click(hand: HandDriven, email: string, data: object = {}, at?: Date): Promise<void> {
  return hand.events([{ name: 'clicked', email, data }], at)
}
