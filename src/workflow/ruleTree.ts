import { isJsonObject, type JsonValue } from './json.js'

/** JSON Logic's standard operators that run over the elements of a list, each element being the data. */
const LOOPS = ['map', 'filter', 'reduce', 'all', 'none', 'some'] as const
export type Loop = (typeof LOOPS)[number]

const PLAIN = [
  ...['if', '?:', 'and', 'or', '!', '!!', '==', '===', '!=', '!==', '>', '>=', '<', '<='],
  ...['max', 'min', '+', '-', '*', '/', '%', 'in', 'cat', 'substr', 'merge'],
]

/** The closed list of operators: all standard ones but `log`, which prints, and `method`, which calls. */
export const OPERATORS: ReadonlySet<string> = new Set([...PLAIN, ...LOOPS, 'var', 'missing', 'missing_some'])

/** One operator with its arguments; JSON Logic lets a single argument stand without a list. */
export interface Operation {
  readonly op: string
  readonly args: readonly JsonValue[]
}

/** The operation that this value is, or null: only an object with exactly one key is one. */
export function operationOf(value: JsonValue | undefined): Operation | null {
  if (!isJsonObject(value)) return null
  const [op, second] = Object.keys(value)
  if (op === undefined || second !== undefined) return null
  const args = value[op] ?? null
  return { op, args: Array.isArray(args) ? args : [args] }
}

export function isLoop(op: string): op is Loop {
  return (LOOPS as readonly string[]).includes(op)
}

/** The segments of a `var` name, as JSON Logic reads them: "", null and nothing are the whole data. */
export function segmentsOf(name: JsonValue | undefined): readonly string[] {
  return name === undefined || name === null || name === '' ? [] : String(name).split('.')
}
