import { createPublisher } from '../../demo/publisher.js'
import { makeWorkflow } from '../../workflows.js'
import type { Ring } from '../arena.js'
import type { Counts } from '../counts.js'
import { inRing } from '../inRing.js'
import { plainCounts } from '../race.js'
import type { Row } from '../row.js'
import { readSeen } from '../seen.js'
import { settled } from '../underLoad.js'

const EVENT = 'hot_event'
const EMAIL = 'hot@example.com'

/** One contact, one execution an event, each of which writes to that contact. */
const PLAN = {
  ...{ name: 'Hot contact', eventName: EVENT, allowReentry: true },
  steps: {
    Mark: { type: 'UPDATE_CONTACT', config: { data: { marked: true } } },
    Done: { type: 'EXIT', config: {} },
  },
  arrows: [
    ['trigger', 'Mark'],
    ['Mark', 'Done'],
  ],
} as const

async function publishAll({ brokers, inputTopic, projectId }: Ring, count: number): Promise<void> {
  const publisher = await createPublisher(brokers, inputTopic)
  await publisher.publish(
    Array.from({ length: count }, (_, n) => {
      return { eventId: `hot-${n}`, projectId, name: EVENT, email: EMAIL, data: { n } }
    }),
  )
  await publisher.close()
}

/** Events of one contact are folded in their order: the last one's data stand. */
async function lastOf({ db }: Ring): Promise<unknown> {
  const contact = await db.collection<{ data: { n?: unknown } }>('contacts').findOne({ email: EMAIL })
  return contact?.data.n
}

async function heat(ring: Ring, hot: number): Promise<Counts> {
  await makeWorkflow(ring.api, PLAN)
  const began = Date.now()
  await publishAll(ring, hot)
  await settled(ring, hot)
  const rate = Math.round((hot * 1000) / (Date.now() - began))
  const counts = plainCounts(ring, hot, await readSeen(ring.db))
  const misfolded = (await lastOf(ring)) === hot - 1 ? 0 : 1
  return { ...counts, doubled: counts.doubled + misfolded, more: { 'executions a second': rate } }
}

export const hotRows: readonly Row[] = [
  {
    name: 'hot',
    sentence: 'thousands of events of one contact at once (--hot), each execution writes to it',
    run: (arena, { hot }) =>
      inRing(arena, 'hot', { workers: [null, null], hurtAlways: false }, (ring) => heat(ring, hot)),
  },
]
