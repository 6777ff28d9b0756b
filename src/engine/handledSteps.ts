import type { Change } from '../workflow/change.js'
import { type Execution, type ExecutionState, isEnded } from '../workflow/execution.js'

/** So many steps of one kind that came to the same. */
export interface HandledSteps {
  readonly kind: string
  readonly outcome: string
  readonly count: number
}

/** Of a transition that was made: where it led to, and the steps that it left. */
export type Made = Pick<Change, 'state' | 'entries'>

/**
 * Steps that were handled, by where their executions stand then. `kind`: of the steps that came by messages; null
 * where none did, and only what was chained counts.
 */
export function handledSteps(made: readonly Made[], kind: string | null): HandledSteps[] {
  const counts = new Map<string, HandledSteps>()
  for (const one of made.flatMap((transition) => handledIn(transition, kind))) {
    const key = `${one.kind} ${one.outcome}`
    counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}

/** The step of the message and what was chained to it: all but the last have moved on. */
function handledIn({ entries, state }: Made, kind: string | null) {
  const chained = entries.flatMap((entry) => (entry.chained === true ? entry.type : []))
  const kinds = kind === null ? chained : [kind, ...chained]
  return kinds.map((one, index) => ({
    kind: one,
    outcome: index === kinds.length - 1 ? outcomeOf(state) : 'moved',
  }))
}

function outcomeOf(state: ExecutionState): string {
  if (isEnded(state) || state.status === 'WAITING') return state.status.toLowerCase()
  return state.lease === null ? 'moved' : 'claimed'
}

/** A start made its document as it stands. */
export function madeByStart({ state, history }: Pick<Execution, 'state' | 'history'>): Made {
  return { state, entries: history }
}
