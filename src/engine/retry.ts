/** How an effect that failed for now is tried again. */
export interface RetryPolicy {
  readonly retries: number
  readonly baseMs: number
  readonly maxMs: number
}

/** Four retries after the first try, over about 15 minutes. */
export const EFFECT_RETRY: Omit<RetryPolicy, 'retries'> = { baseMs: 15_000, maxMs: 15 * 60_000 }

/**
 * Milliseconds until the next try, or null when none is left. Exponential with full jitter: `random` in [0, 1)
 * picks from the upper half of the span, so that tries never come at once. `afterMs` (Retry-After) is a floor.
 */
export function retryDelay(
  policy: RetryPolicy,
  tries: number,
  random: number,
  afterMs: number | null,
): number | null {
  if (tries > policy.retries) return null
  const span = Math.min(policy.maxMs, policy.baseMs * 4 ** (tries - 1))
  return Math.max(Math.round(span * (0.5 + random / 2)), Math.min(afterMs ?? 0, policy.maxMs))
}
