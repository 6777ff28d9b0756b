import { z } from 'zod'
import {
  type ConditionConfig,
  conditionBranches,
  conditionUses,
  DEFAULT_BRANCH,
  decideCondition,
} from '../workflow/condition.js'
import { FIELD_HELP, parseField } from '../workflow/field.js'
import { isJsonObject, type JsonValue, jsonBytes, own } from '../workflow/json.js'
import { CONDITION_OPERATORS } from '../workflow/operators.js'
import { HOSTILE_NAMES } from '../workflow/path.js'
import type { Facts, Outcome, StepDefinition } from './definition.js'
import { anyJson, ruleSchema } from './ruleConfig.js'
import { needsOf, ruleData } from './scope.js'

/** Bytes as JSON: searching a text takes up to the product of both lengths. */
const MAX_VALUE_BYTES = 4096
const MAX_BRANCHES = 20

const field = z.string().refine((text) => parseField(text) !== null, FIELD_HELP)
const operator = z.enum(CONDITION_OPERATORS)
const value = anyJson.refine(isSmall, `must be at most ${MAX_VALUE_BYTES} bytes as JSON`).optional()

function isSmall(json: JsonValue | undefined): boolean {
  return json === undefined || jsonBytes(json) <= MAX_VALUE_BYTES
}

const branch = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(100)
    .refine((id) => id !== DEFAULT_BRANCH && !HOSTILE_NAMES.has(id), 'is a name that no branch can have'),
  name: z.string().trim().min(1).max(100),
  operator,
  value,
})

const branches = z
  .array(branch)
  .min(1)
  .max(MAX_BRANCHES)
  .superRefine(
    (list, context) => {
      const seen = new Set<unknown>()
      for (const [index, element] of list.entries()) {
        const id = isJsonObject(element) ? own(element, 'id') : undefined
        if (id !== undefined && seen.has(id))
          context.addIssue({ code: 'custom', path: [index, 'id'], message: 'is used twice' })
        seen.add(id)
      }
    },
    // Told together with what is wrong with single branches.
    { when: ({ value: list }) => Array.isArray(list) },
  )

const config = z.union([
  z.strictObject({ field, operator, value }),
  z.strictObject({ mode: z.literal('multi'), field, branches }),
  z.strictObject({ rule: ruleSchema }),
])

/** Takes a branch by what is known of the contact, the event and earlier steps. */
export const condition: StepDefinition<'CONDITION', ConditionConfig> = {
  type: 'CONDITION',
  config,
  branches: conditionBranches,
  needs: (parsed) => needsOf(conditionUses(parsed)),
  decide,
  pass: decide,
}

function decide(parsed: ConditionConfig, facts: Facts): Outcome {
  const decision = decideCondition(parsed, ruleData(facts))
  return decision.ok
    ? { type: 'done', ...decision.value }
    : { type: 'fail', error: { code: 'RULE_FAILED', message: decision.error } }
}
