import assert from 'node:assert/strict'
import { planSteps } from '../../consumers/stepping/plan.js'
import { createRenderer } from '../../src/effects/liquid.js'
import type { StepDue } from '../../src/workflow/messages.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anExecution, NOW, stepId } from '../support/executionValues.js'

const flow = compiled(aDefinition({ bye: ['EXIT'] }))
const at = stepAt(flow, 'bye')
const { id: executionId, projectId, workflowId, contactId } = anExecution()

function plan(...times: readonly (Date | null)[]) {
  const placed = times.map((asOf) => {
    const ids = { v: 1, executionId, projectId, workflowId, workflowVersion: 1, contactId } as const
    const due: StepDue = { ...ids, stepId: stepId(1), seq: 1, enteredAt: NOW, ...(asOf && { asOf }) }
    return { due, compiled: flow, at }
  })
  const reading = { contacts: new Map(), executions: new Map() }
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
})
