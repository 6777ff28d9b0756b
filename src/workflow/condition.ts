import { type Field, fieldValue, isShort, parseField } from './field.js'
import type { JsonObject, JsonValue } from './json.js'
import { type ConditionOperator, type Normalise, OPERATOR_RULES } from './operators.js'
import { applyRule, guarded, pathsOf, type RuleResult, ruleHolds, type Uses, usesOf } from './rule.js'

interface Test {
  readonly operator: ConditionOperator
  readonly value?: JsonValue | undefined
}

interface BinaryCondition extends Test {
  readonly field: string
}

interface MultiCondition {
  readonly mode: 'multi'
  readonly field: string
  readonly branches: readonly (Test & { readonly id: string; readonly name: string })[]
}

interface RuleCondition {
  readonly rule: JsonObject
}

/** The three forms of a CONDITION. */
export type ConditionConfig = BinaryCondition | MultiCondition | RuleCondition

export interface Decision {
  readonly branch: string
  /** Short values that the branch was decided on, by field. */
  readonly values: JsonObject
}

export const DEFAULT_BRANCH = 'default'

/** The branches that transitions can name. */
export function conditionBranches(config: ConditionConfig): readonly string[] {
  return 'branches' in config ? [...config.branches.map(({ id }) => id), DEFAULT_BRANCH] : ['yes', 'no']
}

/** What the condition reads. */
export function conditionUses(config: ConditionConfig): Uses {
  return 'rule' in config ? usesOf(config.rule) : compiled(config).field.uses
}

/** The branch that a contact takes, over data as `ruleData` makes it. Never throws. */
export function decideCondition(config: ConditionConfig, data: JsonObject): RuleResult<Decision> {
  if ('rule' in config) return decideByRule(config.rule, data)
  return guarded(() => decideByField(compiled(config), data))
}

/** A binary or multi config as standard JSON Logic whose names are the indexes of its operands. */
export interface Compiled {
  readonly field: Field
  /** Comes to the name of a branch. */
  readonly rule: JsonObject
  /** The forms of the field's value that the rule compares. */
  readonly operands: readonly Normalise[]
}

type FieldCondition = BinaryCondition | MultiCondition
const memo = new WeakMap<FieldCondition, Compiled>()

/** Once per config object: configs are parts of cached definitions. */
function compiled(config: FieldCondition): Compiled {
  const known = memo.get(config)
  if (known !== undefined) return known
  const made = compileCondition(config)
  memo.set(config, made)
  return made
}

/** Throws RangeError for a field that `parseField` refuses: configs are checked when they are written. */
export function compileCondition(config: FieldCondition): Compiled {
  const field = parseField(config.field)
  if (field === null) throw new RangeError(`"${config.field}" is no field`)
  const operands: Normalise[] = []
  const isEmail = field.path.join('.') === 'contact.email'
  const holds = ({ operator, value = null }: Test) => {
    const ref = (normal: Normalise) => ({ var: [String(slotOf(operands, isEmail ? lower(normal) : normal))] })
    return OPERATOR_RULES[operator](isEmail ? lowered(value) : value, ref)
  }
  const rule =
    'branches' in config
      ? { if: [...config.branches.flatMap((branch) => [holds(branch), branch.id]), DEFAULT_BRANCH] }
      : { if: [holds(config), 'yes', 'no'] }
  return { field, rule, operands }
}

function slotOf(operands: Normalise[], normal: Normalise): number {
  const known = operands.indexOf(normal)
  return known === -1 ? operands.push(normal) - 1 : known
}

/** Addresses are stored in lower case; what they are compared with may be written in any. */
function lower(normal: Normalise): Normalise {
  return (value) => normal(lowered(value))
}

function lowered(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function decideByField({ field, rule, operands }: Compiled, data: JsonObject): Decision {
  const value = fieldValue(field, data)
  const branch = applyRule(
    rule,
    operands.map((normal) => normal(value ?? null)),
  )
  return { branch: String(branch), values: shortValues([field], data) }
}

function decideByRule(rule: JsonObject, data: JsonObject): RuleResult<Decision> {
  const holds = ruleHolds(rule, data)
  if (!holds.ok) return holds
  return {
    ok: true,
    value: { branch: holds.value ? 'yes' : 'no', values: shortValues(fieldsOf(rule), data) },
  }
}

const MAX_VALUES = 8
const ruleFields = new WeakMap<JsonObject, readonly Field[]>()

function fieldsOf(rule: JsonObject): readonly Field[] {
  const known = ruleFields.get(rule)
  if (known !== undefined) return known
  const fields = pathsOf(rule)
    .map(parseField)
    .filter((field) => field !== null)
    .slice(0, MAX_VALUES)
  ruleFields.set(rule, fields)
  return fields
}

/** Who the contact is stands in the execution already, and would make every history different. */
const IDENTITY: ReadonlySet<string> = new Set(['contact.id', 'contact.email'])

function shortValues(fields: readonly Field[], data: JsonObject): JsonObject {
  const values: JsonObject = {}
  for (const field of fields) {
    const value = fieldValue(field, data) ?? null
    if (!IDENTITY.has(field.text) && isShort(value)) values[field.text] = value
  }
  return values
}
