import { z } from 'zod'
import type { Fault } from '../workflow/fault.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'
import { checkRule } from '../workflow/rule.js'

/** Any JSON value: bodies were parsed as JSON before any config is checked. */
export const anyJson = z.unknown() as unknown as z.ZodType<JsonValue>

/** An object of any JSON values. */
export const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>

/** A JSON Logic rule of the closed list of operators, within its limits. */
export const ruleSchema = jsonObject.superRefine((rule, context) => {
  for (const fault of checkRule(rule, '')) addFault(context, fault)
})

interface IssueSink {
  addIssue(issue: { code: 'custom'; path: string[]; message: string; params: { code: string } }): void
}

/** Adds a fault of ours to zod's; its path, written as we write it, stays one segment. */
export function addFault(sink: IssueSink, { field, message, code }: Fault): void {
  const path = field.replace(/^\./, '')
  sink.addIssue({ code: 'custom', path: path === '' ? [] : [path], message, params: { code } })
}
