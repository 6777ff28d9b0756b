import assert from 'node:assert/strict'
import { advance, changeTo } from '../../src/engine/advance.js'
import { factOf } from '../../src/engine/facts.js'
import { handledSteps, madeByStart } from '../../src/engine/handledSteps.js'
import { standingAfter, standingOf } from '../../src/engine/outputs.js'
import { evolve } from '../../src/workflow/change.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import { at, flow, no, yes } from '../support/chainFlow.js'
import { stepAt } from '../support/definitions.js'
import { aMoving, anExecution, NOW, THEN } from '../support/executionValues.js'

describe('What is told of chained steps', () => {
  const execution = anExecution({ seq: 3, state: aMoving({ currentStepId: stepAt(flow, 'first').step.id }) })
  const { projectId, workflowId, workflowVersion, contactId, id } = execution
  const ids = { projectId, workflowId, workflowVersion, contactId, executionId: id as ExecutionId }
  const stepId = stepAt(flow, 'first').step.id
  const message = { v: 1, ...ids, stepId, seq: 3, enteredAt: THEN } as const
  const change = advance(at('first'), yes)

  it('is one fact, the same from the document as from the change', () => {
    const fact = factOf(standingAfter(message, change))
    assert.deepEqual([fact?.type, fact?.passed.map(({ stepKey }) => stepKey)], ['STEP_COMPLETED', ['first']])
    assert.equal(fact?.left?.stepKey, 'second')
    assert.deepEqual(fact, factOf(standingOf(evolve(execution, change, 'me', NOW))))
  })

  it('counts each by its kind: all but the last have moved on', () => {
    const ended = advance(at('first'), no)
    assert.deepEqual(handledSteps([change, change, ended], 'CONDITION'), [
      { kind: 'CONDITION', outcome: 'moved', count: 5 },
      { kind: 'EXIT', outcome: 'completed', count: 1 },
    ])
    assert.deepEqual(handledSteps([change, ended], null), [
      { kind: 'CONDITION', outcome: 'moved', count: 1 },
      { kind: 'EXIT', outcome: 'completed', count: 1 },
    ])
    const claimed = changeTo(aMoving({ lease: { token: 't', until: NOW } }), [])
    assert.deepEqual(handledSteps([claimed], 'WEBHOOK'), [{ kind: 'WEBHOOK', outcome: 'claimed', count: 1 }])
    const pending = madeByStart(anExecution({ state: aMoving({ status: 'PENDING' }), history: [] }))
    assert.deepEqual(handledSteps([pending], null), [])
  })
})
