/** Nothing is kept longer than this. */
const LONGEST_MS = 10_000
/** An answer is kept so many times as long as it took: asking all the time costs a twentieth of the time. */
const TIMES = 20
const MOST_KEPT = 1_000

interface Kept<Value> {
  readonly value: Promise<Value>
  untilMs: number
}

/**
 * Keeps answers that took long for a short while, counted from when they were asked for; who asks while one is
 * being worked out waits for the same.
 */
export function keepWhile<Value>(nowMs: () => number = () => performance.now()) {
  const kept = new Map<string, Kept<Value>>()
  return (name: string, work: () => Promise<Value>): Promise<Value> => {
    const known = kept.get(name)
    if (known !== undefined && nowMs() < known.untilMs) return known.value
    if (kept.size >= MOST_KEPT) kept.clear()
    const askedMs = nowMs()
    const entry: Kept<Value> = { value: work(), untilMs: Number.POSITIVE_INFINITY }
    kept.set(name, entry)
    entry.value.then(
      () => {
        entry.untilMs = askedMs + Math.min(LONGEST_MS, TIMES * (nowMs() - askedMs))
      },
      () => kept.delete(name),
    )
    return entry.value
  }
}
