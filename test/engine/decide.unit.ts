import assert from 'node:assert/strict'
import { createRenderer } from '../../src/effects/liquid.js'
import { decide } from '../../src/engine/decide.js'
import type { Facts } from '../../src/steps/definition.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { StepKind } from '../../src/workflow/step.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { someFacts } from '../support/facts.js'

function decided(kind: StepKind, config: JsonObject, facts: Facts = someFacts(), render?: () => string) {
  const at = stepAt(compiled(aDefinition({ a: [kind, config] })), 'a')
  return decide(at, facts, render === undefined ? createRenderer() : { render })
}

describe('Deciding', () => {
  it('is what the step says', () => {
    assert.deepEqual(decided('EXIT', { reason: 'bye' }), { type: 'exit', reason: 'bye' })
  })

  it('fails an execution whose step has an unusable config', () => {
    const outcome = decided('EXIT', { reason: 1 })
    assert.ok(outcome.type === 'fail' && outcome.error.code === 'CONFIG_INVALID')
    assert.match(outcome.error.message, /^step "a": config\.reason: /)
  })

  it('fails an execution whose contact is gone where the step needs it', () => {
    const outcome = decided('WEBHOOK', { url: 'https://a.example' }, someFacts({ contact: null }))
    assert.deepEqual(outcome.type === 'fail' && outcome.error.code, 'CONTACT_MISSING')
  })

  it('fails the one execution where the step throws', () => {
    for (const [thrown, message] of [
      [new Error('broken'), 'step "a": broken'],
      ['text', 'step "a": text'],
    ] as const) {
      const outcome = decided('WEBHOOK', { url: 'https://a.example' }, someFacts(), () => {
        throw thrown
      })
      assert.deepEqual(outcome, { type: 'fail', error: { code: 'STEP_THREW', message } })
    }
  })
})
