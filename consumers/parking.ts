import type { Batch, Message } from './batch.js'
import type { EngineDeps } from './deps.js'

export interface Parked {
  readonly message: Message
  readonly reason: string
  readonly detail: string
}

/** Puts messages on `dead-letters` with their bytes, reason and place; one produce for all. */
export async function parkMessages(
  deps: Pick<EngineDeps, 'outbox' | 'announcer'>,
  { topic }: Pick<Batch, 'topic'>,
  parked: readonly Parked[],
): Promise<void> {
  if (parked.length === 0) return
  const letters = parked.map(({ message, reason, detail }) => ({
    key: message.key,
    value: message.value,
    headers: message.headers,
    offset: String(message.offset),
    reason,
    message: detail,
    topic,
    partition: message.partition,
  }))
  await deps.outbox.park(letters)
  for (const { partition, offset, reason, message } of letters) {
    deps.announcer.announce('messages.parked', { topic, partition, offset, reason, message })
  }
}
