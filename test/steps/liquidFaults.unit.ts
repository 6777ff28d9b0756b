import assert from 'node:assert/strict'
import { checkTemplate } from '../../src/effects/liquid.js'
import { liquidFault, liquidFaults } from '../../src/steps/liquidFaults.js'

describe('Liquid in a config', () => {
  it('is wrong wherever no renderer could read it, however deep', () => {
    const data = { a: ['x', { b: '{{ event.b' }], c: 'two\n {% if %}', d: 'plain }}', e: 1, f: '{{ ok }}' }
    const faults = liquidFaults(['data', 'updates'], { data, other: '{{' }, checkTemplate)
    assert.deepEqual(
      faults.map(({ field, code }) => [field, code]),
      [
        ['config.data.a[1].b', 'liquid_syntax'],
        ['config.data.c', 'liquid_syntax'],
      ],
    )
    assert.match(faults[1]?.message ?? '', /\(line 2, column \d+\)$/)
  })

  it('may be wrong as a whole', () => {
    const whole = { message: 'is too long', line: null, column: null }
    assert.deepEqual(liquidFault(whole), { message: 'is too long', code: 'liquid_syntax' })
    assert.match(liquidFault({ ...whole, line: 3 }).message, /line 3, column 1/)
  })
})
