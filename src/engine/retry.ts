/** How an effect that failed for now is tried again. */
export interface RetryPolicy {
  readonly retries: number
  readonly baseMs: number
  readonly maxMs: number
}

/** Five tries take about 15 minutes: the spans are 20 s, 80 s, 320 s and 1280 s, and half of each on average. */
export const EFFECT_RETRY: Omit<RetryPolicy, 'retries'> = { baseMs: 20_000, maxMs: 60 * 60_000 }

/**
 * Milliseconds until the next try, or null when none is left. Exponential with full jitter: `random` in [0, 1)
 * picks from the whole span, so that what failed together does not come again together. `afterMs`
 * (Retry-After) is a floor, as far as the longest span goes.
 */
export function retryDelay(
  policy: RetryPolicy,
  tries: number,
  random: number,
  afterMs: number | null,
): number | null {
  if (tries > policy.retries) return null
  const span = Math.min(policy.maxMs, policy.baseMs * 4 ** (tries - 1))
  return Math.max(Math.round(span * random), Math.min(afterMs ?? 0, policy.maxMs))
}
