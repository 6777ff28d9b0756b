import assert from 'node:assert/strict'
import { cancel } from '../../src/engine/cancel.js'
import { evolve } from '../../src/workflow/change.js'
import type { Owed } from '../../src/workflow/execution.js'
import { aMoving, anEnd, anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'

const FACT: Owed = { kind: 'fact' }
const until = new Date('2030-01-01T00:00:00.000Z')

describe('cancelling', () => {
  for (const state of [
    aMoving({ status: 'PENDING' }),
    aMoving({ tries: 2 }),
    aWaiting({ dueAt: until }),
    aWaiting({ wait: { names: ['x'], since: 'step', checked: false } }),
    aWaiting({ hold: { reason: 'retry', key: null, since: THEN }, tries: 1 }),
  ])
    it(`ends what is ${state.status} where it stands`, () => {
      const execution = anExecution({ state })
      const change = cancel(execution, 'why', NOW)
      assert.ok(change)
      const { currentStepId, kind, enteredAt, tries } = state
      const end = {
        currentStepId,
        kind,
        enteredAt,
        tries,
        completedAt: NOW,
        exitReason: 'why',
        error: null,
        lease: null,
      }
      assert.deepEqual(change.state, { status: 'CANCELLED', ...end })
      assert.deepEqual(
        [change.entries, change.owed, change.reopen, change.context],
        [[], [FACT], false, null],
      )
      assert.deepEqual(evolve(execution, change, 'b', NOW).state, change.state)
    })

  it('keeps the token of a call under way', () => {
    const lease = { token: 't', until }
    const change = cancel(anExecution({ state: aMoving({ lease, dueAt: until }) }), 'why', NOW)
    assert.deepEqual(change?.state && 'lease' in change.state && change.state.lease, lease)
  })

  it('keeps the events that are still owed', () => {
    const event = { kind: 'event', event: { name: 'email.sent' } } as unknown as Owed
    assert.deepEqual(cancel(anExecution({ owed: [FACT, event] }), 'why', NOW)?.owed, [event, FACT])
  })

  for (const status of ['COMPLETED', 'CANCELLED', 'FAILED'] as const)
    it(`leaves what is ${status}`, () => {
      assert.equal(cancel(anExecution({ state: anEnd(status) }), 'why', NOW), null)
    })
})
