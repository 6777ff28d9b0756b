import type { Consumer } from 'kafkajs'
import type { Announcer } from '../../src/events.js'
import type { FirstJoin } from './firstJoin.js'
import type { Pauses } from './pauses.js'
import type { Positions } from './positions.js'

interface Watching {
  readonly announcer: Announcer
  /** The consumer is dead and will not come back. */
  readonly onCrash: (reason: string) => void
  /** Called after every join, once the assignment is known. */
  readonly onAssigned?: () => void
  readonly consumer: Consumer
  readonly topic: string
  readonly positions: Positions
  readonly pauses: Pauses
  readonly firstJoin: FirstJoin
}

/** Follows joins and crashes; answers what is wrong now. */
export function watchGroup(watching: Watching): () => string | null {
  const { consumer, topic, positions, pauses, announcer, firstJoin, onCrash, onAssigned } = watching
  let trouble: string | null = 'has not joined its group yet'
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = [...(payload.memberAssignment[topic] ?? [])]
    trouble = null
    firstJoin.joined()
    positions.assign(partitions)
    pauses.keepOnly(partitions)
    announcer.announce('consumer.joined', { topic, partitions })
    onAssigned?.()
  })
  // Batches of control records only never reach a handler.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0) return
    positions.handled(payload.partition, Number(payload.lastOffset) + 1, positions.giving())
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    trouble = payload.error.message
    if (payload.restart) return
    announcer.announce('consumer.crashed', { topic, message: trouble })
    onCrash(`the consumer of ${topic} crashed: ${trouble}`)
  })
  return () => (trouble === null ? null : `${topic}: ${trouble}`)
}
