import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { seeded } from '../seeded.js'
import { type MadeWorkflow, makeWorkflow, type WorkflowPlan } from '../workflows.js'
import type { Arena, Ring } from './arena.js'
import type { Counts } from './counts.js'
import { inRing } from './inRing.js'
import { readSeen, type Seen, transitionsOf } from './seen.js'
import { type Amount, settled } from './underLoad.js'

/** What trials of a race work with. */
export interface Track {
  readonly ring: Ring
  readonly workflow: MadeWorkflow
  /** In [0, 1), the same for the same seed. */
  readonly random: () => number
  /** How long the second side of a trial takes from its start to its answer, as measured so far. */
  readonly lag: { ms: number }
  /** One event of a contact; a partition of its own lets it overtake those that share its key. */
  publish(event: RaceEvent): Promise<void>
}

export interface RaceEvent {
  readonly eventId: string
  readonly name: string
  readonly email: string
  readonly partition?: number
}

export interface Race {
  readonly name: string
  readonly plan: WorkflowPlan
  /** Before the trials: contacts that they need. */
  prepare?(track: Track): Promise<void>
  trial(track: Track, n: number): Promise<void>
  judge(documents: readonly Seen[], track: Track): Promise<Partial<Counts>>
}

/** Trials at the pace of the load, each of two things that happen within ±50 ms of each other; then the verdict. */
export function runRace(arena: Arena, amount: Amount, race: Race): Promise<Counts> {
  const how = { workers: [null, null], hurtAlways: false }
  return inRing(arena, race.name, how, (ring) => runTrials(ring, amount, race))
}

async function runTrials(ring: Ring, amount: Amount, race: Race): Promise<Counts> {
  const workflow = await makeWorkflow(ring.api, race.plan)
  const { publish, close } = await openPublish(ring)
  const track = { ring, workflow, random: seeded(amount.seed), lag: { ms: 0 }, publish }
  await race.prepare?.(track)
  const trials = Array.from({ length: amount.trials }, async (_, n) => {
    await pause((n * 1000) / amount.rate)
    await race.trial(track, n)
  })
  await Promise.all(trials)
  await settled(ring, amount.trials)
  await close()
  const documents = await readSeen(ring.db)
  return { ...plainCounts(ring, amount.trials, documents), ...(await race.judge(documents, track)) }
}

async function openPublish({ brokers, inputTopic, projectId }: Ring) {
  const kafka = new Kafka({ clientId: 'races', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return {
    publish: async ({ partition, ...event }: RaceEvent) => {
      const value = JSON.stringify({ ...event, projectId, data: {} })
      const place = partition === undefined ? {} : { partition }
      await producer.send({ topic: inputTopic, messages: [{ key: event.email, value, ...place }], acks: -1 })
    },
    close: () => producer.disconnect(),
  }
}

/** The two sides of a race come at most this far apart. */
export const WITHIN_MS = 50
/** How much of a new measurement goes into the lag. */
const FRESH = 0.2

/** Does the second side so that it is expected to arrive within ±50 ms of that time. */
export async function arriveAbout(track: Track, atMs: number, work: () => Promise<void>): Promise<void> {
  const aimedMs = atMs + (track.random() * 2 - 1) * WITHIN_MS - track.lag.ms
  await pause(Math.max(0, aimedMs - Date.now()))
  const began = Date.now()
  await work()
  track.lag.ms += FRESH * (Date.now() - began - track.lag.ms)
}

/** When the execution of an event entered its first step: its timers count from there. */
export async function enteredMs({ ring }: Track, eventId: string): Promise<number> {
  const executions = ring.db.collection<{ startedAt: Date }>('executions')
  for (;;) {
    const found = await executions.findOne({ 'origin.1': eventId }, { projection: { startedAt: 1 } })
    if (found !== null) return found.startedAt.getTime()
    await pause(LOOK_AGAIN_MS)
  }
}

const LOOK_AGAIN_MS = 100

/** Without anything that was hurt: one execution a trial, each ended, its path without gap or repeat. */
export function plainCounts({ fleet }: Ring, trials: number, documents: readonly Seen[]): Counts {
  const isEnded = ({ completedAt }: Seen): boolean => completedAt !== undefined
  return {
    events: trials,
    executions: documents.length,
    lost: Math.max(0, trials - documents.length),
    extra: Math.max(0, documents.length - trials),
    stuck: documents.filter((one) => !isEnded(one)).length,
    failed: documents.filter(({ status }) => status === 'FAILED').length,
    doubled: documents.filter(leftTwice).length,
    ...{ missed: 0, early: 0, uncalled: 0, repeats: 0, inexcusable: 0, bound: 0, unhurt: 0 },
    crashes: fleet.crashes(),
    recoveryMs: null,
  }
}

function leftTwice({ history, seq }: Seen): boolean {
  const keys = new Set(history.map(({ key }) => key))
  return keys.size < history.length || seq < transitionsOf(history.slice(1))
}

/** The branch by which a step was left, or undefined. */
export function branchAt({ history }: Seen, name: string): string | null | undefined {
  return history.find((entry) => entry.name === name)?.branch
}
