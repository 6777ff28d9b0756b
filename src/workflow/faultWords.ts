import type { z } from 'zod'
import type { Fault } from './fault.js'

type Issue = z.core.$ZodIssue
type Words = Pick<Fault, 'message' | 'code'>

export const UNKNOWN_FIELD: Words = { message: 'is not a known field', code: 'unknown_field' }
const REQUIRED: Words = { message: 'is required', code: 'required' }

/**
 * What is wrong, in words of ours: nobody who calls us should have to know which library checks. A sentence that a
 * schema brings itself stays. Needs issues that report their input.
 */
export function wordsOf(issue: Issue): Words {
  if (issue.code === 'custom')
    return { message: issue.message, code: String(issue.params?.['code'] ?? 'invalid_value') }
  const { message, code } = standardWords(issue)
  return { message: LIBRARY.test(issue.message) ? message : issue.message, code }
}

/** How the library's own sentences begin. */
const LIBRARY = /^(Invalid|Too small|Too big|Unrecognized)/

function standardWords(issue: Exclude<Issue, { code: 'custom' }>): Words {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? REQUIRED : { message: typeWords(issue.expected), code: issue.code }
    case 'invalid_value':
      return issue.input === undefined ? REQUIRED : { message: valueWords(issue.values), code: issue.code }
    case 'too_small':
      return { message: sizeWords('at least', issue.minimum, issue), code: issue.code }
    case 'too_big':
      return { message: sizeWords('at most', issue.maximum, issue), code: issue.code }
    case 'invalid_format':
      return { message: FORMATS[issue.format] ?? 'does not have the required form', code: issue.code }
    default:
      return { message: 'is not valid', code: 'invalid_value' }
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object', map: 'object' }

function typeWords(expected: string): string {
  const name = TYPE_NAMES[expected] ?? expected
  return `must be ${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`
}

function valueWords(values: readonly unknown[]): string {
  return `must be ${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}`
}

type Sized = Extract<Issue, { code: 'too_small' | 'too_big' }>

function sizeWords(
  bound: 'at least' | 'at most',
  size: number | bigint,
  { origin, inclusive }: Sized,
): string {
  if (origin === 'string') return `must have ${bound} ${size} characters`
  if (origin === 'array') return `must have ${bound} ${size} elements`
  if (inclusive === false) return `must be ${bound === 'at least' ? 'greater' : 'less'} than ${size}`
  return `must be ${bound} ${size}`
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  guid: 'must be a UUID',
  email: 'must be an e-mail address',
  url: 'must be a URL',
  datetime: 'must be a time in ISO 8601',
}
