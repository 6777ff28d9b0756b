import assert from 'node:assert/strict'
import { reopen } from '../../src/engine/reopen.js'
import { evolve } from '../../src/workflow/change.js'
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

const failure = { code: 'X', message: 'x' }
const failed = anEnd('FAILED', { currentStepId: stepId(1), kind: 'WEBHOOK', error: failure, tries: 5 })
const LEFT = new Date('2026-01-01T06:00:00.000Z')

describe('reopening', () => {
  it('takes the failed entry back and goes on at its step, entered when it was', () => {
    const history = [anEntry(0), anEntry(2, { at: LEFT }), anEntry(1, { status: 'FAILED', at: NOW })]
    const execution = anExecution({ state: failed, history })
    const change = reopen(execution)
    assert.ok(change)
    assert.deepEqual(change.state, aMoving({ kind: 'WEBHOOK', enteredAt: LEFT }))
    assert.deepEqual([change.reopen, change.entries, change.owed], [true, [], []])
    const after = evolve(execution, change, 'b', NOW)
    assert.deepEqual([after.history, after.state], [history.slice(0, 2), change.state])
  })

  it('leaves the history alone where the step that failed left no entry', () => {
    const history = [anEntry(0), anEntry(2, { at: LEFT })]
    const change = reopen(anExecution({ state: failed, history }))
    assert.deepEqual([change?.reopen, change?.state.enteredAt], [false, LEFT])
  })

  it('leaves an entry alone that is of another step, or no failure', () => {
    for (const last of [anEntry(2, { status: 'FAILED' }), anEntry(1)])
      assert.equal(reopen(anExecution({ state: failed, history: [anEntry(0), last] }))?.reopen, false)
  })

  it('takes the time that the document names, or the start where nothing tells', () => {
    const at = new Date('2026-01-01T03:00:00.000Z')
    assert.deepEqual(reopen(anExecution({ state: { ...failed, enteredAt: at } }))?.state.enteredAt, at)
    assert.deepEqual(reopen(anExecution({ state: failed, history: [] }))?.state.enteredAt, THEN)
  })

  for (const state of [
    aMoving(),
    aWaiting(),
    anEnd('COMPLETED'),
    anEnd('CANCELLED', { currentStepId: stepId(1), kind: 'DELAY' }),
    anEnd('FAILED'),
    { ...failed, kind: null },
  ])
    it(`leaves what is ${state.status} at ${state.currentStepId ?? 'no step'}`, () => {
      assert.equal(reopen(anExecution({ state })), null)
    })
})
