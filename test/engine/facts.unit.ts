import assert from 'node:assert/strict'
import { changeTo } from '../../src/engine/advance.js'
import { factOf } from '../../src/engine/facts.js'
import { outputsOf, standingAfter, standingOf } from '../../src/engine/outputs.js'
import { evolve } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import {
  aMoving,
  anEnd,
  anEntry,
  anExecution,
  aWaiting,
  NOW,
  stepId,
  THEN,
} from '../support/executionValues.js'

const factOfDocument = (more: Partial<Execution>) => factOf(standingOf(anExecution(more)))
const trigger = anEntry(0, { type: 'TRIGGER', key: 'trigger' })

describe('the facts that executions stand for', () => {
  it('begin with STARTED and name the step behind the TRIGGER', () => {
    const fact = factOfDocument({ seq: 0, state: aMoving({ status: 'PENDING' }), history: [trigger] })
    assert.equal(fact?.type, 'STARTED')
    assert.equal(fact?.status, 'PENDING')
    assert.equal(fact?.stepId, stepId(1))
    assert.equal(fact?.left, null)
    assert.deepEqual(fact?.at, THEN)
    assert.equal(factOfDocument({ seq: 0, state: aMoving(), history: [] })?.type, 'STARTED')
  })

  it('say which step was left, and by which branch', () => {
    const condition = anEntry(1, { type: 'CONDITION', branch: 'yes' })
    const state = aMoving({ currentStepId: stepId(2), enteredAt: NOW })
    const fact = factOfDocument({ seq: 1, state, history: [trigger, condition] })
    assert.equal(fact?.type, 'STEP_COMPLETED')
    assert.deepEqual(fact?.left, { stepId: stepId(1), stepKey: 's1', branch: 'yes', status: 'COMPLETED' })
    assert.deepEqual(fact?.at, NOW)
  })

  it('say RESUMED behind a delay or a wait, with the step that is over', () => {
    for (const type of ['DELAY', 'WAIT_FOR_EVENT'] as const) {
      const fact = factOfDocument({ seq: 2, state: aMoving(), history: [trigger, anEntry(3, { type })] })
      assert.equal(fact?.type, 'RESUMED')
      assert.equal(fact?.left?.stepId, stepId(3))
    }
  })

  it('say RESUMED without a step that was left when one runs again', () => {
    const fact = factOfDocument({ seq: 4, state: aMoving({ tries: 2 }), history: [trigger] })
    assert.equal(fact?.type, 'RESUMED')
    assert.equal(fact?.left, null)
  })

  it('say WAITING from when the step was entered, or was put back', () => {
    const waiting = factOfDocument({ seq: 1, state: aWaiting() })
    assert.equal(waiting?.type, 'WAITING')
    assert.deepEqual(waiting?.at, THEN)
    const hold = { reason: 'retry', key: null, since: NOW } as const
    assert.deepEqual(factOfDocument({ seq: 3, state: aWaiting({ hold }) })?.at, NOW)
  })

  it('leave out the claim of an outside call', () => {
    const lease = { token: 't', until: NOW }
    assert.equal(factOfDocument({ seq: 1, state: aMoving({ lease }) }), null)
  })

  it('end with the whole path: each step was entered when the one before it was left', () => {
    const history = [trigger, anEntry(1, { branch: 'no', at: NOW })]
    const ended = anEnd('COMPLETED', { exitReason: 'done' })
    const fact = factOfDocument({ seq: 2, state: ended, history })
    assert.equal(fact?.type, 'COMPLETED')
    assert.equal(fact?.exitReason, 'done')
    const [then, now] = [THEN.getTime(), NOW.getTime()]
    assert.deepEqual(fact?.path, [
      ['trigger', null, then, then, 'COMPLETED'],
      ['s1', 'no', then, now, 'COMPLETED'],
    ])
  })

  it('say where and why an execution FAILED', () => {
    const error = { code: 'RULE_FAILED', message: 'the rule is wrong' }
    const fact = factOfDocument({ seq: 2, state: anEnd('FAILED', { currentStepId: stepId(1), error }) })
    assert.equal(fact?.type, 'FAILED')
    assert.equal(fact?.stepId, stepId(1))
    assert.equal(fact?.error, 'the rule is wrong')
  })

  it('are the same from a change as from the document that it made', () => {
    const before = anExecution({ seq: 1, history: [trigger], state: aMoving({ enteredAt: THEN }) })
    const entry = anEntry(1, { type: 'CONDITION', branch: 'no', at: NOW })
    const change = changeTo(aMoving({ currentStepId: stepId(2), enteredAt: NOW }), [entry])
    const { projectId, workflowId, workflowVersion, contactId, seq } = before
    const ids = { projectId, workflowId, workflowVersion, contactId, seq, executionId: before.id }
    const message = { v: 1, ...ids, stepId: stepId(1), enteredAt: THEN } as const
    const fromChange = factOf(standingAfter(message, change))
    assert.deepEqual(fromChange, factOf(standingOf(evolve(before, change, 'by', NOW))))
    const migrated = factOf(standingAfter(message, { ...change, workflowVersion: 7 }))
    assert.equal(migrated?.workflowVersion, 7)
    assert.equal(fromChange?.type, 'STEP_COMPLETED')
  })

  it('of an unread document have no step that was left, and an empty path', () => {
    const identity = anExecution()
    const unread = { identity, seq: 2, left: [], history: null, owed: [] }
    assert.equal(factOf({ ...unread, state: aMoving() })?.left, null)
    assert.deepEqual(factOf({ ...unread, state: anEnd('COMPLETED') })?.path, [])
  })
})

describe('what standings ask to be sent', () => {
  it('a step that moves: its fact and its message', () => {
    const outputs = outputsOf([standingOf(anExecution({ seq: 0, state: aMoving() }))])
    assert.deepEqual(
      outputs.steps.map(({ kind, due }) => [kind, due.seq]),
      [['DELAY', 0]],
    )
    assert.deepEqual(
      outputs.facts.map(({ type }) => type),
      ['STARTED'],
    )
    assert.deepEqual([outputs.events, outputs.timers], [[], []])
  })

  it('a wait with a due time: its timer, and no step', () => {
    const outputs = outputsOf([standingOf(anExecution({ seq: 1, state: aWaiting({ dueAt: NOW }) }))])
    assert.deepEqual(outputs.steps, [])
    assert.deepEqual(
      outputs.timers.map(({ dueAt }) => dueAt),
      [NOW],
    )
  })

  it('a lease: nothing', () => {
    const state = aMoving({ lease: { token: 't', until: NOW }, dueAt: NOW })
    const outputs = outputsOf([standingOf(anExecution({ seq: 1, state }))])
    assert.deepEqual([outputs.steps, outputs.facts, outputs.timers], [[], [], []])
  })

  it('what is owed: its events', () => {
    const event = { eventId: 'e' } as SystemEvent
    const owed = [{ kind: 'fact' } as const, { kind: 'event', event } as const]
    const outputs = outputsOf([standingOf(anExecution({ seq: 2, state: anEnd('COMPLETED'), owed }))])
    assert.deepEqual(outputs.events, [event])
    assert.deepEqual([outputs.steps, outputs.timers], [[], []])
  })
})
