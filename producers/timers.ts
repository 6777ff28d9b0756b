import type { Codec } from '../schemas/registry.js'
import type { Timer } from '../src/workflow/messages.js'
import type { TopicMessages } from './kafkaPort.js'

/** Due times for the alarm clocks, keyed by execution. */
export function timerMessages(codec: Codec, topic: string, timers: readonly Timer[]): TopicMessages {
  const values = codec.encodeAll('timer', timers)
  return {
    topic,
    messages: values.map((value, index) => ({ key: timers[index]?.executionId ?? null, value })),
  }
}
