import type { JsonValue } from './json.js'
import { isLoop, type Operation, operationOf, segmentsOf } from './ruleTree.js'

/** Which parts of the data a rule or field reads; what it does not read need not be fetched. */
export interface Uses {
  readonly contact: boolean
  readonly event: boolean
  readonly steps: boolean
  /** The event that started the execution, in the rule of a wait. */
  readonly trigger: boolean
}

interface Reads {
  readonly paths: Set<string>
  /** A name is computed, or the whole data is read: nobody can say what the rule reads. */
  everything: boolean
}

/** What the rule can read. A computed name, or the whole data at once, counts as everything. */
export function usesOf(rule: JsonValue): Uses {
  const { paths, everything } = readsOf(rule)
  const roots = new Set([...paths].map((path) => segmentsOf(path)[0]))
  const uses = (...names: readonly string[]) => everything || names.some((name) => roots.has(name))
  return {
    contact: uses('contact', 'data'),
    event: uses('event', 'workflow'),
    steps: uses('steps'),
    trigger: uses('trigger'),
  }
}

/** The paths that the rule names in so many words, in their order. */
export function pathsOf(rule: JsonValue): readonly string[] {
  return [...readsOf(rule).paths]
}

function readsOf(rule: JsonValue): Reads {
  const reads: Reads = { paths: new Set(), everything: false }
  visit(reads, rule)
  return reads
}

function visit(reads: Reads, value: JsonValue): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(reads, item)
    return
  }
  const operation = operationOf(value)
  if (operation === null) return
  readNames(reads, operation)
  for (const arg of outerArgs(operation)) visit(reads, arg)
}

/** The body of a loop sees one element only, never the data around it. */
function outerArgs({ op, args }: Operation): readonly JsonValue[] {
  return isLoop(op) ? args.filter((_, index) => index !== 1) : args
}

function readNames(reads: Reads, { op, args }: Operation): void {
  if (op === 'var') readName(reads, args[0] ?? '')
  if (op === 'missing') for (const name of args.flat()) readName(reads, name)
  if (op === 'missing_some') for (const name of args.slice(1).flat()) readName(reads, name)
}

function readName(reads: Reads, name: JsonValue): void {
  if ((typeof name === 'string' && name !== '') || typeof name === 'number') reads.paths.add(String(name))
  else reads.everything = true
}
