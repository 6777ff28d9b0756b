import type { Announcer } from '../events.js'
import { STEP_TOPICS } from '../workflow/stepTopic.js'
import type { Parts } from './parts.js'

/** What should stay at nought, or nearly. */
export function countTrouble(announcer: Announcer, { counter }: Parts): void {
  const dropped = counter('messages_dropped_total', 'Messages without effect', ['reason'])
  const parked = counter('dead_letters_total', 'Messages parked', ['reason'])
  const missed = counter('cas_missed_total', 'Compare-and-sets that another write won')
  const swept = counter('sweeper_emitted_total', 'Steps sent again by the sweeper', ['kind'])
  const paused = counter('partition_pauses_total', 'Partitions paused', ['topic'])
  const crashed = counter('consumer_crashes_total', 'Consumers that their library gave up', ['topic'])
  const joined = counter('rebalances_total', 'Times that a group was given out anew', ['topic'])
  const failures = counter('failures_total', 'Failures that were announced')
  // A series that begins at one has not increased, as far as an alert can see.
  for (const kind of STEP_TOPICS) swept.inc({ kind }, 0)
  announcer.on('messages.dropped', ({ reason, count }) => dropped.inc({ reason }, count))
  announcer.on('messages.parked', ({ reason }) => parked.inc({ reason }))
  announcer.on('cas.missed', ({ count }) => missed.inc(count))
  announcer.on('sweeper.emitted', ({ kind, count }) => swept.inc({ kind }, count))
  announcer.on('partition.paused', ({ topic }) => paused.inc({ topic }))
  announcer.on('consumer.crashed', ({ topic }) => crashed.inc({ topic }))
  announcer.on('consumer.joined', ({ topic }) => joined.inc({ topic }))
  announcer.on('failure', () => failures.inc())
}
