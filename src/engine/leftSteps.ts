import type { Facts } from '../steps/definition.js'
import { asOfBehind } from '../workflow/asOf.js'
import type { HistoryEntry } from '../workflow/execution.js'
import type { JsonValue } from '../workflow/json.js'
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

/** What the history says of a step that is left. */
export function entryOf(
  place: { readonly at: CompiledStep; readonly facts: Facts },
  left: Omit<Left, 'status'> & { readonly status: HistoryEntry['status'] },
): HistoryEntry {
  const { step } = place.at
  const { output, over, ...rest } = left
  const { facts } = place
  const named = { stepId: step.id, key: step.key, type: step.type, name: step.name, at: leftAt(facts) }
  const counted = asOfBehind(facts, over)
  return {
    ...named,
    ...counted,
    ...defined(rest),
    ...(output === undefined ? {} : { output: cutOutput(output) }),
  }
}

type LeftRest = Omit<Left, 'status' | 'output' | 'over' | 'current'> & {
  readonly status: HistoryEntry['status']
}
type Kept = Pick<HistoryEntry, 'branch' | 'status' | 'reason' | 'attempts'> &
  Partial<Pick<Required<HistoryEntry>, 'values' | 'event'>>

/** Only what an entry keeps: an outcome's own `type` and absent values stay out. */
function defined({ branch, status, reason, values, event, attempts }: LeftRest): Kept {
  const kept: Record<string, unknown> = { branch, status }
  for (const [key, value] of Object.entries({ reason, values, event, attempts }))
    if (value !== undefined) kept[key] = value
  return kept as unknown as Kept
}

export function cutOutput(output: JsonValue): JsonValue {
  const text = JSON.stringify(output)
  if (Buffer.byteLength(text) <= MAX_OUTPUT_BYTES) return output
  return { truncated: true, preview: text.slice(0, MAX_OUTPUT_BYTES / 4) }
}
