import assert from 'node:assert/strict'
import { type DelayConfig, delayField, delayMs, dueTime } from '../../src/workflow/duration.js'
import type { JsonValue } from '../../src/workflow/json.js'

const ENTERED = new Date('2026-03-01T10:00:00.500Z')

function due(config: DelayConfig, value?: JsonValue): string {
  const result = dueTime(config, ENTERED, () => value)
  return result.ok ? result.at.toISOString() : result.error
}

describe('A delay of some time', () => {
  it('counts from when the step was entered', () => {
    assert.equal(due({ amount: 1, unit: 'seconds' }), '2026-03-01T10:00:01.500Z')
    assert.equal(due({ amount: 90, unit: 'minutes' }), '2026-03-01T11:30:00.500Z')
    assert.equal(due({ amount: 24, unit: 'hours' }), '2026-03-02T10:00:00.500Z')
    assert.equal(due({ amount: 365, unit: 'days' }), '2027-03-01T10:00:00.500Z')
  })

  it('takes fractions', () => {
    assert.equal(delayMs({ amount: 0.5, unit: 'hours' }), 1_800_000)
    assert.equal(delayMs({ amount: 0.001, unit: 'seconds' }), 1)
    assert.equal(delayMs({ amount: 0.1, unit: 'hours' }), 360_000)
    assert.equal(delayMs({ amount: 1.1, unit: 'days' }), 95_040_000)
  })

  it('reads no field', () => assert.equal(delayField({ amount: 1, unit: 'days' }), null))
})

describe('A delay until a time', () => {
  it('takes the time itself', () => {
    assert.equal(due({ until: '2026-03-05' }), '2026-03-05T00:00:00.000Z')
    assert.equal(due({ until: '2020-01-01T12:00:00+02:00' }), '2020-01-01T10:00:00.000Z')
    assert.equal(delayField({ until: '2026-03-05' }), null)
  })

  it('takes the time that a field holds', () => {
    const config = { until: 'contact.data.renewsAt' }
    assert.equal(due(config, '2026-04-01T08:00:00Z'), '2026-04-01T08:00:00.000Z')
    assert.equal(delayField(config)?.text, 'contact.data.renewsAt')
  })

  for (const value of [undefined, null, '', 'soon', 1_767_225_600_000, {}, '2026-02-30']) {
    it(`fails where the field holds ${JSON.stringify(value)}`, () => {
      assert.match(due({ until: 'event.at' }, value), /"event.at" holds no usable value/)
    })
  }

  it('fails where it is neither', () =>
    assert.match(due({ until: 'whenever' }, '2026-01-01'), /no usable value/))
})
