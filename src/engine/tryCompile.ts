import type { Definition } from '../workflow/workflow.js'
import { type Compiled, compile } from './compile.js'

/** A stored definition made ready, or why it cannot be: people can edit documents, too. */
export type Compiling =
  | { readonly ok: true; readonly compiled: Compiled }
  | { readonly ok: false; readonly fault: string }

/** As `compile`, for what was read from a database: it may hold anything, so nothing is thrown. */
export function tryCompile(definition: Definition): Compiling {
  try {
    const compiled = compile(definition)
    if (compiled === null) return { ok: false, fault: 'it has no TRIGGER' }
    return hasLoop(compiled)
      ? { ok: false, fault: 'some of its steps lead back to themselves' }
      : { ok: true, compiled }
  } catch (error) {
    return { ok: false, fault: String(error) }
  }
}

/** Do some steps lead back to themselves? They would run for ever. Steps that none leads to go, until none is left. */
function hasLoop({ steps }: Compiled): boolean {
  const left = new Map(steps)
  while (left.size > 0) {
    const targets = new Set([...left.values()].flatMap(({ outgoing }) => outgoing.map((one) => one.toStepId)))
    const free = [...left.keys()].filter((stepId) => !targets.has(stepId))
    if (free.length === 0) return true
    for (const stepId of free) left.delete(stepId)
  }
  return false
}
