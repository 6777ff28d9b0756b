import type { z } from 'zod'
import type { Fault } from '../workflow/fault.js'
import { UNKNOWN_FIELD, wordsOf } from '../workflow/faultWords.js'

type Issue = z.core.$ZodIssue

/** One fault for every wrong field that zod found, `field` being where the value stands in the request. */
export function zodFaults(issues: readonly Issue[], field: string): Fault[] {
  return issues.flatMap((issue) => issueFaults(issue, join(field, issue.path)))
}

function issueFaults(issue: Issue, field: string): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: join(field, [key]), ...UNKNOWN_FIELD }))
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return zodFaults(closest(issue.errors), field)
  return [{ field, ...wordsOf(issue) }]
}

/** Of several forms the one that knows most of the fields given; the first of equals. */
function closest(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  return forms.reduce((best, form) => (unknownKeys(form) < unknownKeys(best) ? form : best))
}

function unknownKeys(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)
}

function join(field: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (at, key) => (typeof key === 'number' ? `${at}[${key}]` : `${at}.${String(key)}`),
    field,
  )
}
