import assert from 'node:assert/strict'
import { changeTo } from '../../src/engine/advance.js'
import { outputsOf, standingAfter, standingOf } from '../../src/engine/outputs.js'
import type { ExecutionState } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import { aMoving, anEnd, anExecution, aWaiting, NOW, stepId, THEN } from '../support/executionValues.js'

const until = new Date('2030-01-01T00:00:00.000Z')
const { id: executionId, projectId, workflowId, contactId } = anExecution()
const due: StepDue = {
  ...{ v: 1, executionId, projectId, workflowId, workflowVersion: 1, contactId },
  ...{ stepId: stepId(1), seq: 4, enteredAt: THEN },
}
const outputs = (state: ExecutionState) => outputsOf([standingOf(anExecution({ state }))])

describe('What a standing asks to be sent', () => {
  it('is the step of what moves', () => {
    for (const status of ['PENDING', 'RUNNING'] as const) {
      const { steps, timers } = outputs(aMoving({ status }))
      assert.deepEqual([steps, timers], [[{ kind: 'DELAY', due }], []])
    }
  })

  it('is the timer of what waits', () => {
    const { steps, timers } = outputs(aWaiting({ dueAt: until }))
    assert.deepEqual([steps, timers], [[], [{ v: 1, executionId, seq: 4, dueAt: until }]])
  })

  it('is nothing for a call, a wait without end, and what has ended', () => {
    const lease = { token: 't', until }
    for (const state of [aMoving({ lease, dueAt: until }), aWaiting(), anEnd('COMPLETED'), anEnd('FAILED')]) {
      const { steps, timers } = outputs(state)
      assert.deepEqual([steps, timers], [[], []])
    }
  })

  it('stays in the trace that its execution or its message came with', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const after = standingAfter({ ...due, trace }, changeTo(aMoving(), []))
    assert.equal(outputsOf([after]).steps[0]?.due.trace, trace)
    assert.equal(
      'trace' in (outputsOf([standingAfter(due, changeTo(aMoving(), []))]).steps[0]?.due ?? {}),
      false,
    )
  })

  it('stays in the lane of its execution or its message', () => {
    const bulk = outputsOf([standingOf(anExecution({ lane: 'bulk' }))]).steps
    assert.deepEqual(bulk, [{ kind: 'DELAY', due: { ...due, lane: 'bulk' } }])
    const after = standingAfter({ ...due, lane: 'bulk' }, changeTo(aMoving(), []))
    assert.equal(outputsOf([after]).steps[0]?.due.lane, 'bulk')
    assert.equal('lane' in (outputs(aMoving()).steps[0]?.due ?? {}), false)
  })

  it('is known from message and change without the document', () => {
    const state = aMoving({ currentStepId: stepId(2), enteredAt: NOW })
    const after = standingAfter(due, changeTo(state, []))
    const { steps } = outputsOf([after])
    assert.deepEqual(steps[0]?.due, { ...due, stepId: stepId(2), seq: 5, enteredAt: NOW })
    assert.equal(
      standingAfter(due, { ...changeTo(state, []), workflowVersion: 7 }).identity.workflowVersion,
      7,
    )
  })
})
