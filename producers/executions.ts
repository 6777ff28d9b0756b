import type { Codec } from '../schemas/registry.js'
import type { ExecutionFact } from '../src/workflow/messages.js'
import type { TopicMessages } from './kafkaPort.js'

/** Lifecycle facts for anybody who listens, keyed by execution. */
export function factMessages(codec: Codec, topic: string, facts: readonly ExecutionFact[]): TopicMessages {
  const values = codec.encodeAll('executionFact', facts)
  return {
    topic,
    messages: values.map((value, index) => ({ key: facts[index]?.executionId ?? null, value })),
  }
}
