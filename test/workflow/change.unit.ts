import assert from 'node:assert/strict'
import { type Expectation, meets } from '../../src/workflow/change.js'
import type { ExecutionState } from '../../src/workflow/execution.js'
import { aMoving, anEnd, anExecution, aWaiting, NOW, stepId } from '../support/executionValues.js'

const lease = { token: 't', until: NOW }
const STATES: Readonly<Record<string, ExecutionState>> = {
  pending: aMoving({ status: 'PENDING' }),
  running: aMoving(),
  leased: aMoving({ lease, dueAt: NOW }),
  waiting: aWaiting(),
  completed: anEnd('COMPLETED', { currentStepId: stepId(1) }),
  cancelled: anEnd('CANCELLED', { currentStepId: stepId(1), lease }),
  failed: anEnd('FAILED', { currentStepId: stepId(1) }),
}

function met(standing: Expectation['standing'], more: Partial<Expectation> = {}): string[] {
  const expect = { seq: 4, currentStepId: stepId(1), workflowVersion: 1, standing, ...more }
  return Object.entries(STATES).flatMap(([name, state]) =>
    meets(anExecution({ state }), expect) ? [name] : [],
  )
}

describe('A document meets an expectation', () => {
  it('by how it stands', () => {
    assert.deepEqual(met('moving'), ['pending', 'running'])
    assert.deepEqual(met('waiting'), ['waiting'])
    assert.deepEqual(met('active'), ['pending', 'running', 'leased', 'waiting'])
    assert.deepEqual(met('failed'), ['failed'])
    assert.deepEqual(met({ token: 't' }), ['leased'])
    assert.deepEqual(met({ token: 'other' }), [])
    assert.deepEqual(met('' as never), [])
  })

  it('by seq, step and version', () => {
    assert.deepEqual(met('active', { seq: 5 }), [])
    assert.deepEqual(met('active', { currentStepId: stepId(2) }), [])
    assert.deepEqual(met('active', { workflowVersion: 2 }), [])
  })
})
