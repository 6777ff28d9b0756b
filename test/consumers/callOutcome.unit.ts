import assert from 'node:assert/strict'
import { callOutcome } from '../../consumers/steps/callOutcome.js'
import type { EffectResult } from '../../src/effects/ports.js'
import { MAX_OUTPUT_BYTES } from '../../src/engine/advance.js'
import type { Execution } from '../../src/workflow/execution.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anEntry, anExecution, NOW } from '../support/executionValues.js'
import { someFacts } from '../support/facts.js'

const flow = compiled(aDefinition({ call: ['WEBHOOK'], bye: ['EXIT'] }, [['call', 'bye']]))
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
    assert.equal(change.entry?.output, LARGE)
  })

  it('is a failure, where the history would be larger than 4 MiB', () => {
    for (const result of [
      done,
      failing,
      { type: 'retry', afterMs: null, error: { code: 'X', message: 'x' }, otherwise: done } as const,
    ]) {
      const { change, note } = outcomeAfter(260, result)
      assert.equal(change.state.status, 'FAILED')
      assert.equal(change.entry?.error?.code, 'CONTEXT_TOO_LARGE')
      assert.equal(change.entry.output, undefined)
      assert.equal(change.entry.attempts, 1)
      assert.equal(note, change.entry)
    }
  })
})
