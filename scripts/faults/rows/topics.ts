import { setTimeout as pause } from 'node:timers/promises'
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs'
import type { mongo } from 'mongoose'
import { stepTopicName } from '../../../src/topology.js'
import { STEP_TOPICS } from '../../../src/workflow/stepTopic.js'
import type { Ring } from '../arena.js'
import type { Counts } from '../counts.js'
import type { Load } from '../load.js'
import type { Row } from '../row.js'
import { settled, type UnderLoad, underLoad } from '../underLoad.js'

const STEPS = STEP_TOPICS.map(stepTopicName)

function kafkaOf({ brokers }: Ring): Kafka {
  return new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
}

async function withAdmin(ring: Ring, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafkaOf(ring).admin()
  await admin.connect()
  await work(admin)
  await admin.disconnect()
}

/** In the middle of the load; whoever cannot go on without them ends, and makes them again when started again. */
async function deleteTopics(ring: Ring): Promise<void> {
  await withAdmin(ring, async (admin) => {
    const all = (await admin.listTopics()).filter((name) => name.startsWith(ring.prefix))
    await admin.deleteTopics({ topics: all.filter((name) => name !== ring.inputTopic) })
  })
}

/** Groups take new offsets only while nobody is in them: all workers are stopped for it. */
async function fromTheBeginning(ring: Ring, topics: readonly string[]): Promise<void> {
  await ring.fleet.hold()
  await withAdmin(ring, async (admin) => {
    for (const topic of topics) await resetWithin(admin, `${ring.prefix}${topic}`)
  })
  await ring.fleet.release()
}

const SESSION_OVER_WITHIN_MS = 60_000

/** A member that was killed is in its group until its session is over. */
async function resetWithin(admin: Admin, topic: string): Promise<void> {
  const until = Date.now() + SESSION_OVER_WITHIN_MS
  for (;;) {
    try {
      return await admin.resetOffsets({ groupId: topic, topic, earliest: true })
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(1_000)
    }
  }
}

const POISON: readonly (readonly [string | null, Buffer])[] = [
  ['nobody', Buffer.from('not JSON at all {')],
  ['nobody', Buffer.from([0, 0, 0, 0, 99, 1, 2, 3])],
  [null, Buffer.from('{"v":1}')],
  ['nobody', Buffer.from('[]')],
  ['nobody', Buffer.alloc(0)],
]
const PARTITIONS = 6

/** Every kind of rubbish into every partition of the input and of each step topic. */
async function poison(ring: Ring): Promise<void> {
  const producer = kafkaOf(ring).producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const all = [ring.inputTopic, ...STEPS.map((name) => `${ring.prefix}${name}`)]
  for (const topic of all) {
    const messages = Array.from({ length: PARTITIONS }, (_, partition) =>
      POISON.map(([key, value]) => ({ key, value, partition })),
    ).flat()
    await producer.send({ topic, messages, acks: -1 })
  }
  await producer.disconnect()
}

/** Letters that the campaign's rubbish came to. */
async function deadLetters(ring: Ring): Promise<Partial<Counts>> {
  let letters = 0
  await withAdmin(ring, async (admin) => {
    const offsets = await admin.fetchTopicOffsets(`${ring.prefix}dead-letters`)
    letters = offsets.reduce((sum, { high }) => sum + Number(high), 0)
  })
  return { more: { 'dead letters': letters } }
}

const midway =
  (harm: (ring: Ring) => Promise<void>) =>
  async (ring: Ring): Promise<void> => {
    await pause(5_000)
    await harm(ring)
  }

/** After everything has ended: what is handled again must change nothing. */
const afterwards =
  (harm: (ring: Ring) => Promise<void>) =>
  async (ring: Ring, load: Load): Promise<void> => {
    await load.done
    await settled(ring, load.published.length)
    const before = await fingerprint(ring)
    await harm(ring)
    await untilRead(ring)
    if ((await fingerprint(ring)) !== before) throw new Error('what was handled again changed executions')
  }

/** Ids and places of all executions, as one text. */
async function fingerprint({ db }: Ring): Promise<string> {
  const documents = await db
    .collection<{ _id: mongo.UUID; seq: number; status: string }>('executions')
    .find({}, { projection: { seq: 1, status: 1 } })
    .sort({ _id: 1 })
    .toArray()
  return documents.map(({ _id, seq, status }) => `${_id.toHexString()} ${seq} ${status}`).join('\n')
}

/** Until every group has committed the ends of its topic. */
async function untilRead(ring: Ring): Promise<void> {
  const topics = [ring.inputTopic, ...STEPS.map((name) => `${ring.prefix}${name}`)]
  await withAdmin(ring, async (admin) => {
    for (const topic of topics) while (!(await isRead(admin, topic))) await pause(500)
  })
}

async function isRead(admin: Admin, topic: string): Promise<boolean> {
  const ends = await admin.fetchTopicOffsets(topic)
  const [group] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  return ends.every(
    ({ partition, high, low }) => high === low || (committed.get(partition) ?? -1) >= Number(high),
  )
}

function row(sentence: string, load: UnderLoad): Row {
  return { name: load.name, sentence, run: (arena, amount) => underLoad(arena, amount, load) }
}

export const topicRows: readonly Row[] = [
  row('rubbish in every partition of the input and of each step topic', {
    ...{ name: 'poison', harm: midway(poison), beside: (ring) => () => deadLetters(ring) },
  }),
  row('every topic but the input is deleted under load', {
    ...{ name: 'topics-deleted', harm: midway(deleteTopics) },
  }),
  row('all step topics are read again from their beginning', {
    name: 'steps-earliest',
    harm: afterwards((ring) => fromTheBeginning(ring, STEPS)),
  }),
  row('the input topic is read again from its beginning', {
    name: 'input-again',
    harm: afterwards((ring) => fromTheBeginning(ring, ['contact-events'])),
  }),
]
