import type { Codec } from '../schemas/registry.js'
import type { Topology } from '../src/topology.js'
import { groupBy } from '../src/workflow/groupBy.js'
import type { Outputs } from '../src/workflow/messages.js'
import type { TopicMessages } from './kafkaPort.js'
import { traceHeaders } from './traceHeaders.js'

/** Steps that can run, on the topic of their kind, keyed by execution. */
export function stepMessages(codec: Codec, topology: Topology, steps: Outputs['steps']): TopicMessages[] {
  const kinds = [...groupBy(steps, ({ kind }) => kind)]
  return kinds.map(([kind, group]) => {
    const dues = group.map(({ due }) => due)
    const values = codec.encodeAll('stepDue', dues)
    const messages = values.map((value, index) => ({
      key: dues[index]?.executionId ?? null,
      value,
      ...traceHeaders(dues[index]),
    }))
    return { topic: topology.steps[kind].name, messages }
  })
}
