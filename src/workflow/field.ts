import { isJsonObject, type JsonObject, type JsonValue } from './json.js'
import { ownAt } from './path.js'
import type { Uses } from './ruleUses.js'

/** A place in the data that conditions and delays can read. */
export interface Field {
  readonly text: string
  /** In the one form: aliases (`data.*`, `workflow.*`) are resolved. */
  readonly path: readonly string[]
  readonly uses: Uses
}

const CONTACT_FIELDS: ReadonlySet<string> = new Set(['id', 'email', 'subscribed', 'createdAt', 'updatedAt'])
const NOTHING: Uses = { contact: false, event: false, steps: false, trigger: false }
const MAX_FIELD = 300

/** What a field must look like, for error messages. */
export const FIELD_HELP =
  'must be contact.id, contact.email, contact.subscribed, contact.createdAt, contact.updatedAt, contact.data.<name>, event.<name> or steps.<stepId>.output'

/** The field that this text names, or null where no such field can be. */
export function parseField(text: string): Field | null {
  const path = text.split('.')
  if (text.length > MAX_FIELD || path.length < 2 || path.includes('')) return null
  const [root] = path
  const rest = path.slice(1)
  switch (root) {
    case 'contact':
      return isContactPath(rest) ? { text, path, uses: { ...NOTHING, contact: true } } : null
    case 'data':
      return { text, path: ['contact', 'data', ...rest], uses: { ...NOTHING, contact: true } }
    case 'event':
    case 'workflow':
      return { text, path: ['event', ...rest], uses: { ...NOTHING, event: true } }
    case 'steps':
      return path[2] === 'output' ? { text, path, uses: { ...NOTHING, steps: true } } : null
    default:
      return null
  }
}

function isContactPath(path: readonly string[]): boolean {
  return CONTACT_FIELDS.has(path.join('.')) || (path[0] === 'data' && path.length > 1)
}

/** The field's value in data of the form that rules run over; own properties only. */
export function fieldValue(field: Field, data: JsonObject): JsonValue | undefined {
  return ownAt(data, field.path)
}

const MAX_SHORT = 64

/** Only what is short enough to be kept with the history: no objects, lists or long text. */
export function isShort(value: JsonValue | undefined): value is string | number | boolean | null {
  if (value === undefined || Array.isArray(value) || isJsonObject(value)) return false
  return typeof value !== 'string' || value.length <= MAX_SHORT
}
