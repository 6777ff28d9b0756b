import assert from 'node:assert/strict'
import { planSteps } from '../../consumers/stepping/plan.js'
import { createRenderer } from '../../src/effects/liquid.js'
import type { StepDue } from '../../src/workflow/messages.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anExecution, NOW, stepId } from '../support/executionValues.js'

const flow = compiled(aDefinition({ bye: ['EXIT'] }))
const at = stepAt(flow, 'bye')
const source = { offset: 0, key: null, value: null, headers: {}, at: NOW }
const { id: executionId, projectId, workflowId, contactId } = anExecution()

function plan(...times: readonly (Date | null)[]) {
  return planEntered(times.map((asOf) => [NOW, asOf]))
}

function planEntered(times: readonly (readonly [enteredAt: Date, asOf: Date | null])[]) {
  const placed = times.map(([enteredAt, asOf]) => {
    const ids = { v: 1, executionId, projectId, workflowId, workflowVersion: 1, contactId } as const
    const due: StepDue = { ...ids, stepId: stepId(1), seq: 1, enteredAt, ...(asOf && { asOf }) }
    return { due, source, compiled: flow, at }
  })
  const reading = { contacts: new Map(), executions: new Map(), positions: new Map() }
  const deps = { renderer: createRenderer() }
  return planSteps(placed, { deps, reading, token: 't', now: NOW, hand: null }).map(({ change }) => change)
}

describe('Planning the steps of a batch', () => {
  const days = (count: number) => new Date(NOW.getTime() - count * 86_400_000)

  it('shares the change of equal outcomes', () => {
    const [first, second] = plan(null, null)
    assert.equal(first, second)
  })

  it('lets each that counts from its event keep its own time', () => {
    const times = [days(1), days(2), null, days(1)]
    const changes = plan(...times)
    assert.deepEqual(
      changes.map(({ entry }) => entry?.asOf ?? null),
      times,
    )
    assert.equal(changes[0], changes[3])
  })

  it('lets none be left before it was entered, and shares the change of all others', () => {
    const entered = [days(1), days(-1), NOW].map((at) => [at, null] as const)
    const changes = planEntered(entered)
    assert.deepEqual(
      changes.map(({ entry }) => entry?.at),
      [NOW, days(-1), NOW],
    )
    assert.equal(changes[0], changes[2])
  })
})
