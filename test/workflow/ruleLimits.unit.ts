import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'
import { evaluateRule } from '../../src/workflow/rule.js'

const LONG = Array.from({ length: 20_000 }, (_, index) => index)
const HALF = 'a'.repeat(30_000)
const DATA: JsonObject = {
  event: { list: LONG, text: 'x'.repeat(250_000), needle: `${HALF}b${HALF}`, hay: 'a'.repeat(200_000) },
}
const ACCUMULATOR: JsonValue = { var: 'accumulator' }
const LIST: JsonValue = { var: 'event.list' }

function doubled(body: JsonValue): JsonObject {
  return { reduce: [LIST, body, 'x'] }
}

const RUNAWAYS: [string, JsonObject][] = [
  ['text that doubles', doubled({ cat: [ACCUMULATOR, ACCUMULATOR] })],
  ['lists that double', doubled({ merge: [ACCUMULATOR, ACCUMULATOR] })],
  ['lists that double by nesting', { '==': [doubled([ACCUMULATOR, ACCUMULATOR]), 'y'] }],
  ['the whole scope over and over', doubled({ var: '' })],
  ['a list that grows by every element', doubled({ merge: [ACCUMULATOR, { var: 'current' }] })],
  ['loops inside loops', { map: [LIST, { map: [Array(150).fill(1), { map: [Array(150).fill(1), 1] }] }] }],
  ['one long text many times', { cat: Array(249).fill({ var: 'event.text' }) }],
  ['one long list many times', { or: Array(120).fill({ '==': [LIST, 'x'] }) }],
  ['a long text searched for in another', { in: [{ var: 'event.needle' }, { var: 'event.hay' }] }],
]

describe('A rule without end', () => {
  for (const [name, rule] of RUNAWAYS) {
    it(`is stopped: ${name}`, () => {
      const began = process.cpuUsage()
      const memory = process.memoryUsage().heapUsed
      const result = evaluateRule(rule, DATA)
      const { user, system } = process.cpuUsage(began)
      assert.ok(!result.ok)
      assert.match(result.error, /too much|deeper/)
      assert.ok(user + system < 2_000_000, `took ${user + system} µs`)
      assert.ok(process.memoryUsage().heapUsed - memory < 100_000_000)
    })
  }

  it('is stopped where data is nested without end', () => {
    let deep: JsonValue = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    const result = evaluateRule({ '!': [{ var: 'event' }] }, { event: deep })
    assert.ok(!result.ok && /deeper than 64 levels/.test(result.error))
  })

  it('does not run at all beyond the limits of rules', () => {
    assert.equal(evaluateRule({ and: Array(500).fill(true) }, {}).ok, false)
  })

  it('leaves honest work alone', () => {
    const sum = { reduce: [LIST, { '+': [ACCUMULATOR, { var: 'current' }] }, 0] }
    assert.deepEqual(evaluateRule(sum, DATA), { ok: true, value: 199_990_000 })
    assert.deepEqual(evaluateRule({ in: ['xxx', { var: 'event.text' }] }, DATA), { ok: true, value: true })
    assert.deepEqual(evaluateRule({ some: [LIST, { '==': [{ var: '' }, 19_999] }] }, DATA), {
      ok: true,
      value: true,
    })
  })

  it('costs nothing in a branch that is not taken', () => {
    const [, runaway] = RUNAWAYS[0] ?? []
    assert.deepEqual(evaluateRule({ if: [true, 'taken', runaway ?? null] }, DATA), {
      ok: true,
      value: 'taken',
    })
  })

  it('merges hundreds of lists in one go', () => {
    const result = evaluateRule({ merge: [LIST, ...Array(450).fill(1)] }, DATA)
    assert.ok(result.ok && Array.isArray(result.value) && result.value.length === 20_450)
  })
})
