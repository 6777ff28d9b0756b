import type { EffectEvent, EffectResult } from '../../src/effects/ports.js'
import { fail, leave, putBack } from '../../src/engine/advance.js'
import { HISTORY_TOO_LARGE, hasRoomFor } from '../../src/engine/historyRoom.js'
import { EFFECT_RETRY, retryDelay } from '../../src/engine/retry.js'
import type { Change } from '../../src/workflow/change.js'
import type { Execution, HistoryEntry } from '../../src/workflow/execution.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { PlacedExecution } from '../stepping/placeExecutions.js'

/** What a call comes to: one transition, and the system events that it owes. */
export interface CallOutcome {
  readonly change: Change
  readonly events: readonly SystemEvent[]
  /** What the history of a cancelled execution says of the call. */
  readonly note: HistoryEntry | null
}

export interface TryPolicy {
  readonly retries: number
  readonly retryBaseMs: number
  /** In [0, 1). */
  readonly random: number
}

/** Turns a call's result into the transition that records it. */
export function callOutcome(place: PlacedExecution, result: EffectResult, policy: TryPolicy): CallOutcome {
  if (result.type !== 'retry') return fitting(place, finalOutcome(place, result))
  const final = fitting(place, finalOutcome(place, result.otherwise))
  const { retries, retryBaseMs, random } = policy
  const delayMs = retryDelay(
    { ...EFFECT_RETRY, baseMs: retryBaseMs, retries },
    place.tries,
    random,
    result.afterMs,
  )
  if (delayMs === null) return final
  const dueAt = new Date(place.facts.now.getTime() + delayMs)
  const change = putBack(place, { reason: 'retry', key: null, dueAt, tries: place.tries })
  return { change, events: [], note: final.note }
}

/** A result for which the history has no room fails the execution; what the call caused is told all the same. */
function fitting(place: PlacedExecution, outcome: CallOutcome): CallOutcome {
  if (hasRoomFor(place.execution.history, firstOf(outcome.change))) return outcome
  const change = fail(place, HISTORY_TOO_LARGE, { attempts: place.tries })
  return { ...outcome, change, note: firstOf(change) }
}

function finalOutcome(place: PlacedExecution, result: Exclude<EffectResult, { type: 'retry' }>): CallOutcome {
  switch (result.type) {
    case 'done': {
      const { branch, output } = result
      const change = leave(place, { branch, status: 'COMPLETED', output, attempts: place.tries })
      return { change, events: caused(place.execution, result.events ?? []), note: firstOf(change) }
    }
    case 'skipped': {
      const change = leave(place, { branch: result.branch, status: 'SKIPPED', reason: result.reason })
      return { change, events: [], note: firstOf(change) }
    }
    case 'fail': {
      const output = result.output === undefined ? {} : { output: result.output }
      const change = fail(place, result.error, { ...output, attempts: place.tries })
      return { change, events: [], note: firstOf(change) }
    }
    default:
      return result satisfies never
  }
}

/** What is said of the call itself; the steps chained behind it follow. */
function firstOf({ entries }: Change): HistoryEntry | null {
  return entries[0] ?? null
}

/** What an execution causes stands one deeper than what caused the execution. */
function caused({ id, depth }: Execution, events: readonly EffectEvent[]): SystemEvent[] {
  return events.map((event) => ({ ...event, cause: { executionId: id, depth: depth + 1 } }))
}
