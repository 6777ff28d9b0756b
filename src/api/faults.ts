import type { z } from 'zod'
import type { FieldFault } from '../errors.js'
import { UNKNOWN_FIELD, wordsOf } from '../workflow/faultWords.js'

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
  return { field: fieldName(path), ...UNKNOWN_FIELD }
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
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}
