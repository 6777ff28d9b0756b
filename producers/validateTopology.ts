import { type FieldFault, MillraceError } from '../src/errors.js'
import type { Topic, Topology } from '../src/topology.js'

/** Kafka's rule for names. */
const NAME = /^[a-zA-Z0-9._-]{1,249}$/

/** Checks the table before anything connects. Throws CONFIG_INVALID with every fault. */
export function validateTopology(topology: Topology): void {
  const faults = [...topology.all.flatMap(faultsOf), ...collisions(topology.all)]
  if (faults.length === 0) return
  const text = faults.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new MillraceError('CONFIG_INVALID', `The topics cannot be used: ${text}`, { faults })
}

function faultsOf(topic: Topic): FieldFault[] {
  const { name } = topic
  const faults: FieldFault[] = []
  const fault = (message: string) => faults.push({ field: name, message, code: 'topic' })
  if (!NAME.test(name) || name === '.' || name === '..') {
    fault('Kafka takes 1 to 249 letters, digits, dots, underscores and dashes')
  }
  for (const key of ['partitions', 'retentionMs', 'maxMessageBytes'] as const) {
    if (!Number.isSafeInteger(topic[key]) || topic[key] < 1) fault(`${key} must be a whole number from 1 up`)
  }
  return faults
}

/** For Kafka's metrics a dot and an underscore are the same, so it refuses the second of such names. */
function collisions(topics: readonly Topic[]): FieldFault[] {
  const seen = new Map<string, string>()
  return topics.flatMap(({ name }) => {
    const key = name.replaceAll('.', '_')
    const other = seen.get(key)
    seen.set(key, name)
    return other === undefined
      ? []
      : [{ field: name, message: `cannot stand beside ${other}`, code: 'topic' }]
  })
}
