import { KIND_HEADER } from '../../producers/steps.js'
import { MillraceError } from '../../src/errors.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import { STEP_KINDS, type StepKind } from '../../src/workflow/step.js'
import type { Batch, Handler, Message, Verdict } from '../batch.js'
import type { LiveWork } from './liveWork.js'

export interface BulkOptions {
  /** By kind: each knows the messages of its kind from the bulk topic only. */
  readonly handlers: Readonly<Record<StepKind, Handler>>
  readonly liveWork: Pick<LiveWork, 'makingWay'>
}

/** What is left of a batch: from this offset on it comes again, as the verdict says. */
interface Cut {
  readonly offset: number
  readonly verdict: Verdict
}

/**
 * One topic for steps of all kinds: a batch makes way for what is live, and is handed on kind by kind. Only a prefix
 * can be handled: where a kind leaves something, what was handled behind it comes again, and has no effect.
 */
export function createBulkHandler({ handlers, liveWork }: BulkOptions): Handler {
  const handle: Handler = async (batch, control) => {
    const byKind = groupBy(batch.messages, (message) => kindOf(batch, message))
    let cut: Cut | null = null
    for (const [kind, all] of byKind) {
      const messages = all.filter(({ offset }) => cut === null || offset < cut.offset)
      if (messages.length === 0) continue
      cut = cutBy(await handlers[kind]({ ...batch, messages }, control), messages) ?? cut
    }
    return verdictOf(batch, cut)
  }
  return (batch, control) => liveWork.makingWay(() => handle(batch, control))
}

/** Rubbish without a kind is parked by whichever finds it; of an unknown kind is what a newer process has sent. */
function kindOf({ topic }: Batch, { headers }: Message): StepKind {
  const named = headers[KIND_HEADER]
  if (named === undefined) return 'EXIT'
  const kind = STEP_KINDS.find((one) => one === named)
  if (kind !== undefined) return kind
  throw new MillraceError('UNKNOWN_MESSAGE_VERSION', `${topic}: no step kind ${named} is known here`)
}

/** Null: all was handled. */
function cutBy(verdict: Verdict, messages: readonly Message[]): Cut | null {
  if (verdict.type === 'done') return null
  const first = messages[verdict.type === 'partial' ? verdict.handled : 0]
  return first === undefined ? null : { offset: first.offset, verdict }
}

function verdictOf({ messages }: Batch, cut: Cut | null): Verdict {
  if (cut === null) return { type: 'done' }
  const handled = messages.filter(({ offset }) => offset < cut.offset).length
  const { verdict } = cut
  if (verdict.type !== 'pause') return { type: 'partial', handled, pauseMs: pauseOf(verdict) }
  return handled === 0 ? verdict : { type: 'partial', handled, pauseMs: verdict.ms }
}

function pauseOf(verdict: Exclude<Verdict, { type: 'pause' }>): number | null {
  return verdict.type === 'partial' ? verdict.pauseMs : 0
}
