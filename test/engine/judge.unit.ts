import assert from 'node:assert/strict'
import { judge } from '../../src/engine/judge.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import { aMoving, anEnd, anExecution, aWaiting, NOW, stepId, THEN } from '../support/executionValues.js'

const { id: executionId, projectId, workflowId, contactId } = anExecution()
const until = new Date('2030-01-01T00:00:00.000Z')

/** A message of `seq` for step 1 of version 1, against the document of seq 4. */
function judged(seq: number, more: Partial<Execution> = {}, message: Partial<StepDue> = {}) {
  const due: StepDue = {
    ...{ v: 1, executionId, projectId, workflowId, workflowVersion: 1, contactId },
    ...{ stepId: stepId(1), seq, enteredAt: THEN },
    ...message,
  }
  return judge(due, anExecution(more), 'me', NOW)
}

describe('A message against its document', () => {
  it('is unknown without one', () => {
    const due = { executionId, seq: 0 } as unknown as StepDue
    assert.deepEqual(judge(due, undefined, 'me', NOW), { do: 'unknown' })
  })

  it('is ahead where its seq is newer', () => assert.deepEqual(judged(5), { do: 'ahead' }))

  it('is stale where its seq is older than the one before', () =>
    assert.deepEqual(judged(2), { do: 'drop', reason: 'stale' }))

  it('comes behind its own transition, made by this very batch or not', () => {
    assert.deepEqual(judged(3, { by: 'me', touchedAt: NOW }), { do: 'resend', own: true })
    assert.deepEqual(judged(3), { do: 'resend', own: false })
  })

  it('leaves what another touched within the last second to the sweeper', () => {
    const touched = (ms: number) => ({ touchedAt: new Date(NOW.getTime() - ms) })
    assert.deepEqual(judged(3, touched(999)), { do: 'drop', reason: 'left_to_sweeper' })
    assert.deepEqual(judged(3, touched(1_000)), { do: 'resend', own: false })
  })

  it('sends again what no sweeper looks after, however fresh it is', () => {
    const settled = aWaiting({ wait: { names: ['x'], since: 'step', checked: true } })
    const leased = aMoving({ lease: { token: 't', until }, dueAt: until })
    for (const state of [anEnd('COMPLETED'), settled, aWaiting({ dueAt: until }), leased])
      assert.deepEqual(judged(3, { state, touchedAt: NOW }), { do: 'resend', own: false })
    const owing = { state: anEnd('COMPLETED'), owed: [{ kind: 'fact' }], touchedAt: NOW } as const
    assert.deepEqual(judged(3, owing), { do: 'drop', reason: 'left_to_sweeper' })
  })

  it('moves nothing that has ended', () => {
    for (const status of ['COMPLETED', 'CANCELLED', 'FAILED'] as const)
      assert.deepEqual(judged(4, { state: anEnd(status) }), { do: 'drop', reason: 'ended' })
  })

  it('asks for a look back where a wait is unchecked', () => {
    const wait = (checked: boolean) => aWaiting({ wait: { names: ['x'], since: 'step', checked } })
    assert.deepEqual(judged(4, { state: wait(false) }), { do: 'lookBack' })
    assert.deepEqual(judged(4, { state: wait(true) }), { do: 'drop', reason: 'waiting' })
  })

  it('leaves what waits or is in a call to the alarm clock', () => {
    assert.deepEqual(judged(4, { state: aWaiting({ dueAt: until }) }), { do: 'drop', reason: 'waiting' })
    const leased = aMoving({ lease: { token: 't', until: THEN }, dueAt: THEN })
    assert.deepEqual(judged(4, { state: leased }), { do: 'drop', reason: 'leased' })
  })

  it('is corrected where the document stands elsewhere', () => {
    assert.deepEqual(judged(4, {}, { stepId: stepId(2) }), { do: 'correct' })
    assert.deepEqual(judged(4, {}, { workflowVersion: 2 }), { do: 'correct' })
  })

  it('runs where all of this is well', () => {
    assert.deepEqual(judged(4), { do: 'run' })
    assert.deepEqual(judged(4, { state: aMoving({ status: 'PENDING' }) }), { do: 'run' })
  })
})
