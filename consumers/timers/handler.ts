import type { Timer } from '../../src/workflow/messages.js'
import type { Handler } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import { parkMessages } from '../parking.js'

/** Timer messages only say "there may be an earlier due time now": the alarm clock looks at the documents. */
export function createTimerHandler(deps: EngineDeps, notice: (dueAt: Date) => void): Handler {
  return async (batch) => {
    const decoded = await deps.codec.decodeAll('timer', batch.messages.map((message) => message.value))
    let earliest: Date | null = null
    const bad = decoded.flatMap((one, index) => {
      const message = batch.messages[index]
      if (!one.ok) return message === undefined ? [] : [{ message, reason: one.reason, detail: one.message }]
      const { dueAt } = one.value as Timer
      if (earliest === null || dueAt < earliest) earliest = dueAt
      return []
    })
    await parkMessages(deps, batch, bad)
    if (earliest !== null) notice(earliest)
    return { type: 'done' }
  }
}
