import assert from 'node:assert/strict'
import { callOutcome } from '../../consumers/steps/callOutcome.js'
import type { EffectResult } from '../../src/effects/ports.js'
import { MAX_OUTPUT_BYTES } from '../../src/engine/leftSteps.js'
import type { Execution } from '../../src/workflow/execution.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anEntry, anExecution, NOW } from '../support/executionValues.js'
import { someFacts } from '../support/facts.js'

const flow = compiled(
  aDefinition({ call: ['WEBHOOK'], next: ['UPDATE_CONTACT'], bye: ['EXIT'] }, [
    ['call', 'next', { branch: 'success' }],
    ['call', 'bye', { branch: 'failure' }],
  ]),
)
const POLICY = { retries: 0, retryBaseMs: 1_000, random: 0.5 }
const LARGE = 'x'.repeat(MAX_OUTPUT_BYTES - 2)

function outcomeAfter(entries: number, result: EffectResult) {
  const history = Array.from({ length: entries }, (_, n) => anEntry(n, { output: LARGE }))
  const execution: Execution = anExecution({ history })
  const facts = someFacts({ now: NOW, enteredAt: NOW })
  return callOutcome(
    { execution, compiled: flow, at: stepAt(flow, 'call'), facts, tries: 1, token: '' },
    result,
    POLICY,
  )
}

const done: EffectResult = { type: 'done', branch: 'success', output: LARGE }
const failing: EffectResult = { type: 'fail', error: { code: 'X', message: 'x' }, output: LARGE }

describe('What a call comes to', () => {
  it('is the next step, while the history has room for its output', () => {
    const { change } = outcomeAfter(200, done)
    assert.equal(change.state.status, 'RUNNING')
    assert.equal(change.entries[0]?.output, LARGE)
  })

  it('is noted for itself, though an EXIT is chained to it', () => {
    const { change, note } = outcomeAfter(1, { ...done, branch: 'failure' })
    assert.deepEqual([change.state.status, change.entries.length], ['COMPLETED', 2])
    assert.equal(note?.key, 'call')
  })

  it('is a failure, where the history would be larger than 4 MiB', () => {
    for (const result of [
      done,
      failing,
      { type: 'retry', afterMs: null, error: { code: 'X', message: 'x' }, otherwise: done } as const,
    ]) {
      const { change, note } = outcomeAfter(260, result)
      assert.equal(change.state.status, 'FAILED')
      assert.equal(change.entries[0]?.error?.code, 'CONTEXT_TOO_LARGE')
      assert.equal(change.entries[0]?.output, undefined)
      assert.equal(change.entries[0]?.attempts, 1)
      assert.equal(note, change.entries[0])
    }
  })
})
