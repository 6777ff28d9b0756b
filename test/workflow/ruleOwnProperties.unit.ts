import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'
import { evaluateRule } from '../../src/workflow/rule.js'

const DATA: JsonObject = JSON.parse(
  '{"contact":{"data":{"name":"Ada","own":{"constructor":"mine","__proto__":"too"}}},"event":{"items":["a"],"n":1}}',
)

const PROTOTYPE_NAMES = Object.getOwnPropertyNames(Object.prototype)
const BUILT_IN = [...PROTOTYPE_NAMES, 'prototype', 'map', 'indexOf', 'slice', 'toFixed', 'name', 'length']

function read(rule: JsonObject): JsonValue | undefined {
  const result = evaluateRule(rule, DATA)
  return result.ok ? result.value : undefined
}

describe('A rule sees own properties only', () => {
  for (const path of [
    ...['contact.constructor.name', 'event.__proto__', 'event.items.map', 'event.items.constructor'],
    ...['contact.data.name.constructor', 'contact.data.name.toUpperCase', 'event.n.toFixed', 'constructor'],
    ...[
      '__proto__',
      '__proto__.polluted',
      'hasOwnProperty',
      'contact.data.own.toString',
      'contact.data.name.0',
    ],
  ]) {
    it(`finds nothing at ${path}`, () => {
      assert.equal(read({ var: path }), null)
      assert.equal(read({ var: [path, 'default'] }), 'default')
      assert.equal(read({ var: { cat: [path] } }), null)
      assert.deepEqual(read({ missing: [path] }), [path])
    })
  }

  it('finds own properties whatever their names', () => {
    assert.equal(read({ var: 'contact.data.own.constructor' }), 'mine')
    assert.equal(read({ var: 'contact.data.own.__proto__' }), 'too')
    assert.equal(read({ var: 'event.items.0' }), 'a')
  })

  it('finds nothing through the element of a loop', () => {
    assert.deepEqual(read({ map: [{ var: 'event.items' }, { var: 'constructor.name' }] }), [null])
    assert.deepEqual(read({ reduce: [{ var: 'event.items' }, { var: 'current.length' }, 0] }), null)
  })

  it('takes a name that is a list or an object for no name', () => {
    assert.equal(read({ var: { merge: ['event', 'n'] } }), null)
    assert.equal(read({ var: { var: 'contact.data.own' } }), null)
  })

  it('never hands out a function, whatever is named', () => {
    const segment = fc.constantFrom(...BUILT_IN, 'contact', 'data', 'name', 'event', 'items', '0', 'n', '')
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const value = read({ var: segments.join('.') })
        assert.notEqual(typeof value, 'function')
        assert.notEqual(value, Object.prototype)
        assert.notEqual(value, Array.prototype)
      }),
      { numRuns: 1000 },
    )
  })

  it('never runs data as a rule', () => {
    const data = { event: { trap: { cat: ['a', 'b'] }, names: [{ cat: ['event', '.trap'] }] } }
    assert.deepEqual(evaluateRule({ var: 'event.trap' }, data), { ok: true, value: data.event.trap })
    assert.deepEqual(evaluateRule({ missing: { var: 'event.names' } }, data), {
      ok: true,
      value: data.event.names,
    })
    assert.deepEqual(evaluateRule({ map: [{ var: 'event.names' }, { var: '' }] }, data), {
      ok: true,
      value: data.event.names,
    })
  })
})
