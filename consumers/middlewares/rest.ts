import { isRetriable, messageOf } from '../../src/errors.js'
import type { Middleware } from '../batch.js'
import type { EngineDeps } from '../deps.js'

const REST_MS = 30_000

/** For the topic of dead letters: what cannot be handled there has no further place to go, so it is tried again. */
export function rest({ announcer }: Pick<EngineDeps, 'announcer'>): Middleware {
  return (next) => async (batch, control) => {
    try {
      return await next(batch, control)
    } catch (error) {
      if (isRetriable(error)) throw error
      announcer.announce('failure', { where: `batch of ${batch.topic}`, error })
      return { type: 'pause', ms: REST_MS, reason: messageOf(error) }
    }
  }
}
