import assert from 'node:assert/strict'
import { checkDataKeys, MAX_DATA_BYTES, mergePlan } from '../../src/workflow/contactData.js'
import type { JsonObject, JsonValue } from '../../src/workflow/json.js'

const BAD_KEYS = ['', 'a.b', '.', '$set', '$', 'a\0', '__proto__', 'constructor', 'prototype']

/** As it comes from JSON: `__proto__` is a key like any other. */
function parsed(key: string, value: JsonValue = 1): JsonObject {
  return JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)},"good":1}`)
}

describe("Merging an event's data into its contact", () => {
  it('goes key by key', () => {
    const nested = { 'a.b': 1, $x: { value: 2, persistent: false } }
    assert.deepEqual(mergePlan({ plan: 'pro', zero: 0, no: false, list: [''], nested }), {
      set: { plan: 'pro', zero: 0, no: false, list: [''], nested },
      unset: [],
      context: { plan: 'pro', zero: 0, no: false, list: [''], nested },
      dropped: [],
    })
  })

  it('deletes by null and ignores empty text; the context holds both as sent', () => {
    const plan = mergePlan({ gone: null, empty: '' })
    assert.deepEqual(plan, { set: {}, unset: ['gone'], context: { gone: null, empty: '' }, dropped: [] })
  })

  it('keeps what is not persistent out of the contact', () => {
    const plan = mergePlan({
      code: { value: 'x1', persistent: false },
      off: { value: null, persistent: false },
    })
    assert.deepEqual(plan, { set: {}, unset: [], context: { code: 'x1', off: null }, dropped: [] })
  })

  it('unwraps what is persistent', () => {
    const wrapped = { a: { value: [1], persistent: true }, b: { value: null, persistent: true } }
    assert.deepEqual(mergePlan(wrapped), {
      set: { a: [1] },
      unset: ['b'],
      context: { a: [1], b: null },
      dropped: [],
    })
  })

  it('takes everything else for plain data', () => {
    const plain: JsonObject = {
      a: { value: 1 },
      b: { value: 1, persistent: 'no' },
      c: { value: 1, persistent: false, more: 1 },
      d: { persistent: false, other: 1 },
      e: [1, 2],
    }
    assert.deepEqual(mergePlan(plain).set, plain)
    assert.deepEqual(mergePlan(plain).context, plain)
  })

  for (const key of ['id', 'email', 'unsubscribeUrl', 'subscribeUrl', 'manageUrl']) {
    it(`never sets or deletes ${key}`, () => {
      assert.deepEqual(mergePlan({ [key]: 'x' }), {
        set: {},
        unset: [],
        context: { [key]: 'x' },
        dropped: [],
      })
      assert.deepEqual(mergePlan({ [key]: null }).unset, [])
    })
  }

  for (const key of BAD_KEYS) {
    it(`drops the key ${JSON.stringify(key)}`, () => {
      const plan = mergePlan(parsed(key))
      assert.deepEqual(plan, { set: { good: 1 }, unset: [], context: { good: 1 }, dropped: [key] })
      assert.deepEqual(mergePlan(parsed(key, null)).unset, [])
    })
  }
})

describe('Data that comes over HTTP', () => {
  for (const key of BAD_KEYS) {
    it(`cannot have the key ${JSON.stringify(key)}`, () => {
      const faults = checkDataKeys(parsed(key), 'body[2].data')
      assert.deepEqual(
        faults.map(({ field, code }) => [field, code]),
        [[`body[2].data.${key}`, 'invalid_key']],
      )
    })
  }

  it('can have reserved, wrapped and nested keys of any name', () => {
    const data = { email: 'x', a: { $b: 1 }, c: { value: 1, persistent: false }, 'd-e f': null }
    assert.deepEqual(checkDataKeys(data), [])
  })

  it('has every bad key named at once', () => {
    assert.deepEqual(
      checkDataKeys({ 'a.b': 1, good: 1, $c: 1 }).map(({ field }) => field),
      ['data.a.b', 'data.$c'],
    )
  })

  it('is at most 256 KiB as JSON', () => {
    assert.equal(MAX_DATA_BYTES, 262_144)
    const room = MAX_DATA_BYTES - '{"k":""}'.length
    assert.deepEqual(checkDataKeys({ k: 'x'.repeat(room) }), [])
    assert.equal(checkDataKeys({ k: 'x'.repeat(room + 1) })[0]?.code, 'too_big')
    assert.equal(checkDataKeys({ k: 'é'.repeat(room / 2 + 1) })[0]?.field, 'data')
  })
})
