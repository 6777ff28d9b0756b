import assert from 'node:assert/strict'
import { z } from 'zod'
import { wordsOf } from '../../src/workflow/faultWords.js'

describe('The words for a wrong field', () => {
  const words = (schema: z.ZodType, value: unknown) => {
    const [issue] = schema.safeParse(value, { reportInput: true }).error?.issues ?? []
    assert.ok(issue)
    const { message, code } = wordsOf(issue)
    return `${code}: ${message}`
  }

  const cases: readonly (readonly [z.ZodType, unknown, string])[] = [
    [z.string(), undefined, 'required: is required'],
    [z.enum(['a']), undefined, 'required: is required'],
    [z.string(), 1, 'invalid_type: must be a string'],
    [z.array(z.string()), 1, 'invalid_type: must be an array'],
    [z.record(z.string(), z.string()), 1, 'invalid_type: must be an object'],
    [z.int(), 1.5, 'invalid_type: must be an integer'],
    [z.enum(['a', 'b']), 'c', 'invalid_value: must be one of a, b'],
    [z.literal(true), false, 'invalid_value: must be true'],
    [z.string().min(2), 'a', 'too_small: must have at least 2 characters'],
    [z.array(z.int()).max(1), [1, 2], 'too_big: must have at most 1 elements'],
    [z.number().min(2), 1, 'too_small: must be at least 2'],
    [z.number().max(2), 3, 'too_big: must be at most 2'],
    [z.number().positive(), 0, 'too_small: must be greater than 0'],
    [z.number().lt(2), 2, 'too_big: must be less than 2'],
    [z.uuid(), 'x', 'invalid_format: must be a UUID'],
    [z.string().regex(/^a$/), 'x', 'invalid_format: does not have the required form'],
    [z.string().regex(/^a$/, 'must be a'), 'x', 'invalid_format: must be a'],
    [z.number().multipleOf(2), 3, 'invalid_value: is not valid'],
    [z.string().refine(() => false, 'is never right'), 'x', 'invalid_value: is never right'],
    [z.string().refine(() => false, { message: 'no', params: { code: 'own' } }), 'x', 'own: no'],
  ]
  for (const [schema, value, expected] of cases)
    it(`are "${expected}"`, () => {
      assert.equal(words(schema, value), expected)
    })
})
