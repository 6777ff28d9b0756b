import { type ExecutionState, isEnded } from '../workflow/execution.js'
import type { Standing } from './standing.js'

/** So many steps of one kind that came to the same. */
export interface HandledSteps {
  readonly kind: string
  readonly outcome: string
  readonly count: number
}

/**
 * Steps that were handled, by where their executions stand then. `kind`: of the steps that came by messages; null
 * where none did, and only what was chained counts.
 */
export function handledSteps(standings: readonly Standing[], kind: string | null): HandledSteps[] {
  const counts = new Map<string, HandledSteps>()
  for (const one of standings.flatMap((standing) => handledIn(standing, kind))) {
    const key = `${one.kind} ${one.outcome}`
    counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}

/** The step of the message and what was chained to it: all but the last have moved on. */
function handledIn({ left, state }: Standing, kind: string | null) {
  const chained = left.flatMap((entry) => (entry.chained === true ? entry.type : []))
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
