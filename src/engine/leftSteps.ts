import type { Facts, Outcome } from '../steps/definition.js'
import { asOfBehind } from '../workflow/asOf.js'
import type { HistoryEntry } from '../workflow/execution.js'
import type { JsonValue } from '../workflow/json.js'
import type { Writable } from '../workflow/writable.js'
import type { CompiledStep } from './compile.js'

/** Outputs of a step in history: 16 KiB, the rest is cut. */
export const MAX_OUTPUT_BYTES = 16 * 1024

/**
 * When a step is left. Processes know MongoDB's time to some milliseconds: whoever leaves a step may be that much
 * behind who entered it, and no step is left before it was entered.
 */
export function leftAt({ now, enteredAt }: Pick<Facts, 'now' | 'enteredAt'>): Date {
  return now >= enteredAt ? now : enteredAt
}

export interface Left {
  readonly branch: string | null
  readonly status: 'COMPLETED' | 'SKIPPED'
  readonly reason?: string
  readonly output?: JsonValue
  readonly values?: HistoryEntry['values']
  readonly event?: HistoryEntry['event']
  readonly attempts?: number
  /** Its due time, or the time of the awaited event; absent: the step took no time that counts. */
  readonly over?: Date | null
  /** The facts hold for what follows too: nothing was written, awaited or called since they were read. */
  readonly current?: true
}

type Staying = Extract<Outcome, { readonly type: 'exit' | 'wait' | 'call' | 'fail' }>

/** How this outcome leaves its step; null: it stays there, or ends there. */
export function leftBy(outcome: Outcome, { now }: Pick<Facts, 'now'>): Left | null {
  switch (outcome.type) {
    case 'done':
      return { ...outcome, status: 'COMPLETED', current: true }
    case 'skipped':
      return { branch: outcome.branch, reason: outcome.reason, status: 'SKIPPED', current: true }
    // Where what follows looks at the contact, the facts' is the one that the update left.
    case 'updateContact':
      return { branch: null, status: 'COMPLETED', current: true }
    case 'sleep':
      return outcome.until > now ? null : { ...AWAKE, over: outcome.until }
    default:
      outcome satisfies Staying
      return null
  }
}

const AWAKE: Left = { branch: null, status: 'COMPLETED', current: true }

interface LeftPlace {
  readonly at: CompiledStep
  readonly facts: Facts
  readonly chained?: number
}

/** What the history says of a step that is left; absent values stay out. */
export function entryOf(
  { at: { step }, facts, chained = 0 }: LeftPlace,
  left: Omit<Left, 'status'> & { readonly status: HistoryEntry['status'] },
): HistoryEntry {
  const { branch, status, reason, values, event, attempts, output } = left
  const { id: stepId, key, type, name } = step
  const entry: Writable<HistoryEntry> = { stepId, key, type, name, branch, status, at: leftAt(facts) }
  const { asOf } = asOfBehind(facts, left.over)
  if (asOf !== undefined) entry.asOf = asOf
  if (chained > 0) entry.chained = true
  if (reason !== undefined) entry.reason = reason
  if (values !== undefined) entry.values = values
  if (event !== undefined) entry.event = event
  if (attempts !== undefined) entry.attempts = attempts
  if (output !== undefined) entry.output = cutOutput(output)
  return entry
}

export function cutOutput(output: JsonValue): JsonValue {
  const text = JSON.stringify(output)
  if (Buffer.byteLength(text) <= MAX_OUTPUT_BYTES) return output
  return { truncated: true, preview: text.slice(0, MAX_OUTPUT_BYTES / 4) }
}
