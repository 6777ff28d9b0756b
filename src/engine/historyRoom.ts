import type { Failure, HistoryEntry } from '../workflow/execution.js'

/** A document is one of MongoDB's, which are at most 16 MiB: with context and all, this leaves room enough. */
const MAX_HISTORY_BYTES = 4 * 1024 * 1024
/** No entry comes near this: outputs are cut at a quarter of it. */
const LARGEST_ENTRY_BYTES = 64 * 1024

export const HISTORY_TOO_LARGE: Failure = {
  code: 'CONTEXT_TOO_LARGE',
  message: `the step's output would make the history larger than ${MAX_HISTORY_BYTES} bytes`,
}

/** Is there room for one more entry? Only outputs of calls are large enough to be asked for. */
export function hasRoomFor(history: readonly HistoryEntry[], entry: HistoryEntry | null): boolean {
  if (entry === null || (history.length + 1) * LARGEST_ENTRY_BYTES <= MAX_HISTORY_BYTES) return true
  return Buffer.byteLength(JSON.stringify([...history, entry])) <= MAX_HISTORY_BYTES
}
