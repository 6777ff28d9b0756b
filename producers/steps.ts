import type { Codec } from '../schemas/registry.js'
import type { Topology } from '../src/topology.js'
import { groupBy } from '../src/workflow/groupBy.js'
import type { Outputs } from '../src/workflow/messages.js'
import { type StepTopic, stepTopicOf } from '../src/workflow/stepTopic.js'
import type { TopicMessages } from './kafkaPort.js'
import { traceHeaders } from './traceHeaders.js'

type Steps = Outputs['steps']

/** On the topic of all kinds a header says which kind it is, so that readers need not look for the definition. */
export const KIND_HEADER = 'kind'

/** Steps that can run, keyed by execution: live ones on the topic of their kind, the others on that of their lane. */
export function stepMessages(codec: Codec, topology: Topology, steps: Steps): TopicMessages[] {
  const topics = [...groupBy(steps, ({ kind, due }) => stepTopicOf(kind, due))]
  return topics.map(([which, group]) => {
    const dues = group.map(({ due }) => due)
    const values = codec.encodeAll('stepDue', dues)
    const messages = values.map((value, index) => ({
      key: dues[index]?.executionId ?? null,
      value,
      ...headersOf(which, group[index]),
    }))
    return { topic: topology.steps[which].name, messages }
  })
}

function headersOf(which: StepTopic, step: Steps[number] | undefined) {
  const traced = traceHeaders(step?.due)
  if (which !== 'BULK' || step === undefined) return traced
  return { headers: { ...traced.headers, [KIND_HEADER]: step.kind } }
}
