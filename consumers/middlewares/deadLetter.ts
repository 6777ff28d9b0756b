import { isRetriable, MillraceError, messageOf } from '../../src/errors.js'
import type { Batch, Control, Handler, Middleware, Verdict } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { parkMessages } from '../parking.js'

/** An internal message that this process is too old for: its partition waits for a newer process. */
const TOO_NEW_PAUSE_MS = 30_000

type LetterDeps = Pick<EngineDeps, 'outbox' | 'announcer'>

/**
 * A batch that cannot be handled is handled message by message; the one that still cannot is parked with its
 * bytes and reason, and its neighbours go on. If parking fails, nothing is resolved and the partition waits.
 */
export function deadLetter(deps: LetterDeps): Middleware {
  return (next) => async (batch, control) => {
    try {
      return await next(batch, control)
    } catch (error) {
      return afterError({ deps, next, batch, control }, error)
    }
  }
}

interface Failed {
  readonly deps: LetterDeps
  readonly next: Handler
  readonly batch: Batch
  readonly control: Control
}

async function afterError(failed: Failed, error: unknown): Promise<Verdict> {
  if (isRetriable(error)) throw error
  failed.deps.announcer.announce('failure', { where: `batch of ${failed.batch.topic}`, error })
  if (isTooNew(error)) return { type: 'pause', ms: TOO_NEW_PAUSE_MS, reason: messageOf(error) }
  return onePerCall(failed)
}

function isTooNew(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'UNKNOWN_MESSAGE_VERSION'
}

async function onePerCall(failed: Failed): Promise<Verdict> {
  for (const [index, message] of failed.batch.messages.entries()) {
    const verdict = await handleOne({ ...failed, batch: { ...failed.batch, messages: [message] } })
    if (verdict.type !== 'done') return { type: 'partial', handled: index, pauseMs: 1_000 }
  }
  return { type: 'done' }
}

async function handleOne({ deps, next, batch, control }: Failed): Promise<Verdict> {
  try {
    return await next(batch, control)
  } catch (error) {
    if (isRetriable(error)) throw error
    const parked = batch.messages.map((message) => ({
      message,
      reason: 'handler_threw',
      detail: messageOf(error),
    }))
    await parkMessages(deps, batch, parked)
    return { type: 'done' }
  }
}
