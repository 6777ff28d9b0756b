import { isRetriable, messageOf } from '../../src/errors.js'
import type { Middleware } from '../batch.js'

const BASE_MS = 200
const MAX_MS = 15_000

/**
 * An error that may pass (database or broker away) rests the partition, longer each time, with jitter; nothing
 * sleeps and nothing is resolved. Any success starts the count anew. Other errors go on to who is outside.
 */
export function retry(random: () => number = Math.random): Middleware {
  const failures = new Map<number, number>()
  return (next) => async (batch, control) => {
    try {
      const verdict = await next(batch, control)
      failures.delete(batch.partition)
      return verdict
    } catch (error) {
      if (!isRetriable(error)) throw error
      const count = failures.get(batch.partition) ?? 0
      failures.set(batch.partition, count + 1)
      const ms = Math.round(Math.min(MAX_MS, BASE_MS * 2 ** count) * (0.5 + random() / 2))
      return { type: 'pause', ms, reason: messageOf(error) }
    }
  }
}
