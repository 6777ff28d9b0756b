import type { DecodeResult } from '../../schemas/codec.js'
import { MillraceError } from '../../src/errors.js'
import type { Timer } from '../../src/workflow/messages.js'
import type { Handler, Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { type Parked, parkMessages } from '../parking.js'

/** Timer messages only say "there may be an earlier due time now": the alarm clock looks at the documents. */
export function createTimerHandler(deps: EngineDeps, notice: (dueAt: Date) => void): Handler {
  return async (batch) => {
    const values = batch.messages.map((message) => message.value)
    const decoded = await deps.codec.decodeAll('timer', values)
    if (decoded.some((one) => !one.ok && one.reason === 'unknown_version')) {
      const text = `${batch.topic}: a message of an unknown version; this process is older than its writer`
      throw new MillraceError('UNKNOWN_MESSAGE_VERSION', text)
    }
    const faults = decoded.flatMap((one, index) => parkedOf(batch.messages[index], one))
    await parkMessages(deps, batch, faults)
    const times = decoded.flatMap((one) => (one.ok ? one.value.dueAt.getTime() : []))
    const earliest = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
    if (Number.isFinite(earliest)) notice(new Date(earliest))
    return { type: 'done' }
  }
}

function parkedOf(message: Message | undefined, decoded: DecodeResult<Timer>): Parked[] {
  if (decoded.ok || message === undefined) return []
  return [{ message, reason: decoded.reason, detail: decoded.message }]
}
