import { isUnsettled } from '../workflow/change.js'
import { isEnded, type Position } from '../workflow/execution.js'
import type { StepDue } from '../workflow/messages.js'

/**
 * What to do with a message, given the document as it is now: the table of the design, in its order.
 * `resend` sends again what the document stands for; `correct` sends the message that the document asks for.
 */
export type Judgement =
  | { readonly do: 'unknown' }
  | { readonly do: 'ahead' }
  | { readonly do: 'drop'; readonly reason: 'stale' | 'ended' | 'waiting' | 'leased' | 'left_to_sweeper' }
  | { readonly do: 'resend'; readonly own: boolean }
  | { readonly do: 'lookBack' }
  | { readonly do: 'correct' }
  | { readonly do: 'run' }

/** Another's transition that is younger than this is still being sent by whoever made it. */
const FRESH_MS = 1_000

export function judge(message: StepDue, document: Position | undefined, by: string, now: Date): Judgement {
  if (document === undefined) return { do: 'unknown' }
  if (message.seq > document.seq) return { do: 'ahead' }
  if (message.seq < document.seq - 1) return { do: 'drop', reason: 'stale' }
  if (message.seq === document.seq - 1) return judgePrevious(document, by, now)
  return judgeCurrent(message, document)
}

function judgePrevious(document: Position, by: string, now: Date): Judgement {
  if (document.by === by) return { do: 'resend', own: true }
  const fresh = now.getTime() - document.touchedAt.getTime() < FRESH_MS
  // What the sweeper does not look after (an end's fact, a Timer) has nobody else who would send it again.
  return fresh && isUnsettled(document.state, document.owed)
    ? { do: 'drop', reason: 'left_to_sweeper' }
    : { do: 'resend', own: false }
}

function judgeCurrent(message: StepDue, document: Position): Judgement {
  const { state } = document
  if (isEnded(state)) return { do: 'drop', reason: 'ended' }
  if (state.status === 'WAITING') {
    return state.wait?.checked === false ? { do: 'lookBack' } : { do: 'drop', reason: 'waiting' }
  }
  if (state.lease !== null) return { do: 'drop', reason: 'leased' }
  const same = state.currentStepId === message.stepId && document.workflowVersion === message.workflowVersion
  return same ? { do: 'run' } : { do: 'correct' }
}
