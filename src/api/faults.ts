import type { z } from 'zod'
import type { FieldFault } from '../errors.js'

type Issue = z.core.$ZodIssue

/** Every wrong field by its path, in words of ours: `config.amount`, `steps[3].name`, or `root` for the whole. */
export function faultsOf(issues: readonly Issue[], root: string): FieldFault[] {
  return issues.flatMap((issue) =>
    faultOf(issue, []).map((fault) => ({ ...fault, field: fault.field || root })),
  )
}

function faultOf(issue: Issue, above: readonly PropertyKey[]): FieldFault[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField([...path, key]))
  if (issue.code === 'invalid_union') return unionFaults(issue, path)
  return [{ field: fieldName(path), ...wordsOf(issue) }]
}

function unknownField(path: readonly PropertyKey[]): FieldFault {
  return { field: fieldName(path), message: 'is not a known field', code: 'unknown_field' }
}

/** The alternative that came closest speaks for a union: first those that take a value of this type at all. */
function unionFaults(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[]): FieldFault[] {
  const ofType = issue.errors.filter((issues) => !issues.some(isWrongType))
  const closest = [...(ofType.length > 0 ? ofType : issue.errors)].sort(
    (a, b) => depthOf(b) - depthOf(a) || a.length - b.length,
  )[0]
  if (closest === undefined || closest.length === 0)
    return [{ field: fieldName(path), message: 'has none of the allowed forms', code: 'invalid_value' }]
  return closest.flatMap((inner) => faultOf(inner, path))
}

function isWrongType(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0
}

function depthOf(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

/** `a.b[0].c`, as a reader of JSON would write it. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}

type Words = Pick<FieldFault, 'message' | 'code'>

function wordsOf(issue: Issue): Words {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords(issue)
    case 'too_small':
      return { message: sizeWords('at least', Number(issue.minimum), issue), code: 'too_small' }
    case 'too_big':
      return { message: sizeWords('at most', Number(issue.maximum), issue), code: 'too_big' }
    case 'invalid_value':
      if (issue.input === undefined) return REQUIRED
      return { message: `must be one of ${issue.values.map(String).join(', ')}`, code: 'invalid_value' }
    case 'invalid_format':
      return { message: formatWords(issue.format), code: 'invalid_format' }
    case 'custom':
      return { message: issue.message, code: String(issue.params?.['code'] ?? 'invalid_value') }
    default:
      return { message: 'is not valid', code: 'invalid_value' }
  }
}

const REQUIRED: Words = { message: 'is required', code: 'required' }

function typeWords(issue: z.core.$ZodIssueInvalidType): Words {
  if (issue.input === undefined) return REQUIRED
  const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a'
  return {
    message: `must be ${article} ${TYPE_NAMES[issue.expected] ?? issue.expected}`,
    code: 'invalid_type',
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object', map: 'object' }

function sizeWords(bound: string, size: number, issue: Extract<Issue, { origin: string }>): string {
  const strict = 'inclusive' in issue && issue.inclusive === false
  if (issue.origin === 'string') return `must have ${bound} ${size} characters`
  if (issue.origin === 'array') return `must have ${bound} ${size} elements`
  if (strict) return `must be ${bound === 'at least' ? 'greater' : 'less'} than ${size}`
  return `must be ${bound} ${size}`
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  guid: 'must be a UUID',
  email: 'must be an e-mail address',
  url: 'must be a URL',
  datetime: 'must be a time in ISO 8601',
}

function formatWords(format: string): string {
  return FORMATS[format] ?? 'does not have the required form'
}
