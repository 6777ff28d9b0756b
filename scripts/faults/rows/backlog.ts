import { setTimeout as pause } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { createPublisher } from '../../demo/publisher.js'
import { makeWorkflow } from '../../workflows.js'
import type { Ring } from '../arena.js'
import type { Counts } from '../counts.js'
import { inRing } from '../inRing.js'
import { plainCounts } from '../race.js'
import type { Row } from '../row.js'
import { readSeen } from '../seen.js'
import { settled } from '../underLoad.js'

const EVENT = 'backlog_event'
/** Two steps of kinds that are never chained: each gets a message of its own. */
const PLAN = {
  ...{ name: 'Backlog', eventName: EVENT },
  steps: {
    Mark: { type: 'UPDATE_CONTACT', config: { data: { marked: true } } },
    Over: { type: 'DELAY', config: { until: '2026-01-01T00:00:00.000Z' } },
  },
  arrows: [
    ['trigger', 'Mark'],
    ['Mark', 'Over'],
  ],
} as const
const TOPICS = ['steps.update-contact', 'steps.delay'] as const

/** Steps stand still for so long, many times the sweeper's grace, while executions are started. */
const STALL_MS = 100_000
const LOOK_EVERY_MS = 1_000

async function publishAll({ brokers, inputTopic, projectId }: Ring, count: number): Promise<void> {
  const publisher = await createPublisher(brokers, inputTopic)
  const eventOf = (_: unknown, n: number) => {
    const plan = n % 2 === 0 ? 'pro' : 'free'
    return { eventId: `b${n}`, projectId, name: EVENT, email: `b${n}@example.com`, data: { plan } }
  }
  await publisher.publish(Array.from({ length: count }, eventOf))
  await publisher.close()
}

interface Measured {
  readonly largest: number
  /** Step messages beyond one a step: all of them would be the sweeper's. */
  readonly again: number
}

async function measure({ brokers, prefix }: Ring, count: number, until: Promise<void>): Promise<Measured> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  let [over, largest] = [false, 0]
  const end = until.then(() => {
    over = true
  })
  while (!over) {
    largest = Math.max(largest, await lagOf(admin, `${prefix}${TOPICS[0]}`))
    await Promise.race([end, pause(LOOK_EVERY_MS)])
  }
  const ends = await Promise.all(TOPICS.map((topic) => sumOf(admin, `${prefix}${topic}`)))
  await admin.disconnect()
  return { largest, again: ends.reduce((sum, messages) => sum + messages - count, 0) }
}

async function sumOf(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}

async function lagOf(admin: Admin, topic: string): Promise<number> {
  const [group] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  const committed = group?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) ?? 0
  return (await sumOf(admin, topic)) - committed
}

async function pileUp(ring: Ring, count: number): Promise<Counts> {
  await makeWorkflow(ring.api, PLAN)
  await ring.fleet.hold()
  await publishAll(ring, count)
  await ring.fleet.release()
  const { largest, again } = await measure(ring, count, settled(ring, count))
  const counts = plainCounts(ring, count, await readSeen(ring.db))
  return {
    ...counts,
    doubled: counts.doubled + Math.max(0, again),
    // Without a backlog the sweeper's silence proves nothing.
    unhurt: largest < count / 2 ? 1 : 0,
    more: { 'messages of backlog': largest, 'sent again': again },
  }
}

export const backlogRows: readonly Row[] = [
  {
    name: 'backlog',
    sentence:
      'step messages pile up (--backlog) for twenty times the grace of the sweeper, which stays silent',
    run: (arena, { seed, backlog }) => {
      const stalled = { seed, stallMs: STALL_MS }
      const how = { workers: [stalled, stalled], hurtAlways: true }
      return inRing(arena, 'backlog', how, (ring) => pileUp(ring, backlog))
    },
  },
]
