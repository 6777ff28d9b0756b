import { setTimeout as pause } from 'node:timers/promises'
import type { WorkflowPlan } from '../../workflows.js'
import type { Counts } from '../counts.js'
import { arriveAbout, branchAt, enteredMs, type Race, runRace, type Track, WITHIN_MS } from '../race.js'
import type { Row } from '../row.js'
import type { Seen } from '../seen.js'

const START = 'race_started'
const ANSWER = 'race_answered'
const PARTITIONS = 6
const done = { type: 'EXIT', config: {} }

function waiting(name: string, timeout: number): WorkflowPlan {
  return {
    ...{ name, eventName: START },
    steps: {
      'Answer?': { type: 'WAIT_FOR_EVENT', config: { eventName: ANSWER, timeout, since: 'start' } },
      Done: done,
    },
    arrows: [
      ['trigger', 'Answer?'],
      ['Answer?', 'Done'],
    ],
  }
}

const emailOf = (n: number): string => `racer-${n}@example.com`
const started = (n: number) => ({ eventId: `start-${n}`, name: START, email: emailOf(n) })
const answered = (n: number) => ({ eventId: `answer-${n}`, name: ANSWER, email: emailOf(n) })

function tally(documents: readonly Seen[], wordOf: (one: Seen) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const one of documents) counts[wordOf(one)] = (counts[wordOf(one)] ?? 0) + 1
  return counts
}

const byBranch = (one: Seen): string => branchAt(one, 'Answer?') ?? 'none'

/** The answer comes while the wait is being written: whoever is second must see the first. */
const waits: Race = {
  name: 'race-wait',
  plan: waiting('Wait race', 120),
  async trial({ publish, random }, n) {
    await publish(started(n))
    await pause(random() * WITHIN_MS * 2)
    await publish(answered(n))
  },
  judge: async (documents) => ({
    missed: documents.filter((one) => branchAt(one, 'Answer?') !== 'event').length,
    more: tally(documents, byBranch),
  }),
}

const TIMER_S = 3
/** Broker and database tell their time in milliseconds, and their difference is measured. */
const UNSURE_MS = 25

/** The answer comes as the time-out is due: one of both wins, and by the broker's time it is the right one. */
const timers: Race = {
  name: 'race-timer',
  plan: waiting('Timer race', TIMER_S),
  async trial(track, n) {
    await track.publish(started(n))
    const dueMs = (await enteredMs(track, started(n).eventId)) + TIMER_S * 1000
    await arriveAbout(track, dueMs, () => track.publish(answered(n)))
  },
  async judge(documents, { ring }) {
    const events = ring.db.collection<{ eventId: string; at: Date }>('events')
    const found = await events.find({ name: ANSWER }).toArray()
    const at = new Map(found.map((event) => [event.eventId, event.at.getTime()]))
    const judged = documents.map((one) => ({ one, beforeMs: beforeDeadline(one, at) }))
    const took = (branch: string) => judged.filter(({ one }) => byBranch(one) === branch)
    return {
      missed: took('timeout').filter(({ beforeMs }) => beforeMs > UNSURE_MS).length,
      early: took('timeout').filter(({ one }) => leftAfterMs(one) < TIMER_S * 1000).length,
      doubled: took('event').filter(({ beforeMs }) => beforeMs < -UNSURE_MS).length,
      more: tally(documents, byBranch),
    }
  },
}

/** How long before the time-out the answer was appended; negative: after it. */
function beforeDeadline(one: Seen, at: ReadonlyMap<string, number>): number {
  const answer = at.get(String(one.origin[1]).replace('start', 'answer')) ?? Number.POSITIVE_INFINITY
  return (one.history[0]?.at.getTime() ?? 0) + TIMER_S * 1000 - answer
}

function leftAfterMs({ history }: Seen): number {
  return (history[1]?.at.getTime() ?? 0) - (history[0]?.at.getTime() ?? 0)
}

const yes = (): boolean => true
const no = (): boolean => false
const PAUSE_S = 2
const PAUSED_CONTACT = 'cancelled@example.com'
const answersOf = new WeakMap<Track, Map<string, boolean>>()

/** A cancel comes as a DELAY is due: one of both wins, and the API's answer says which. */
const cancels: Race = {
  name: 'race-cancel',
  plan: {
    ...{ name: 'Cancel race', eventName: START, allowReentry: true },
    steps: { Pause: { type: 'DELAY', config: { amount: PAUSE_S, unit: 'seconds' } }, Done: done },
    arrows: [
      ['trigger', 'Pause'],
      ['Pause', 'Done'],
    ],
  },
  async prepare(track) {
    answersOf.set(track, new Map())
    await track.ring.api.post('/contacts', { email: PAUSED_CONTACT })
  },
  async trial(track) {
    const path = `/workflows/${track.workflow.id}/executions`
    const { api } = track.ring
    const begun = await api.post<{ id: string; startedAt: string }>(path, { email: PAUSED_CONTACT })
    await arriveAbout(track, Date.parse(begun.startedAt) + PAUSE_S * 1000, async () => {
      const cancelled = await api.delete(`${path}/${begun.id}`).then(yes, no)
      answersOf.get(track)?.set(begun.id, cancelled)
    })
  },
  async judge(documents, track) {
    const answers = answersOf.get(track)
    const isCancelled = ({ status }: Seen): boolean => status === 'CANCELLED'
    const wrong = documents.filter((one) => answers?.get(one._id.toHexString()) !== isCancelled(one))
    const both = documents.filter((one) => isCancelled(one) && branchAt(one, 'Done') !== undefined)
    return {
      doubled: wrong.length + both.length,
      more: tally(documents, ({ status }) => status.toLowerCase()),
    }
  },
}

/** Two events of one contact over two partitions, with re-entry off: the contact goes in once. */
const reentries: Race = {
  name: 'race-reentry',
  plan: {
    ...{ name: 'Re-entry race', eventName: START, allowReentry: false },
    steps: { Done: done },
    arrows: [['trigger', 'Done']],
  },
  async trial({ publish, random }, n) {
    const send = (place: number) =>
      publish({ ...started(n), eventId: `start-${n}-${place}`, partition: (n + place) % PARTITIONS })
    await Promise.all([send(0), pause(random() * WITHIN_MS).then(() => send(1))])
  },
  judge: async (documents) => ({
    more: tally(documents, ({ origin }) =>
      String(origin[1]).endsWith('0') ? 'by the first' : 'by the second',
    ),
  }),
}

function row(race: Race, sentence: string): Row {
  return {
    ...{ name: race.name, sentence },
    run: (arena, amount): Promise<Counts> => runRace(arena, amount, race),
  }
}

export const raceRows: readonly Row[] = [
  row(waits, 'an event against the wait for it, within 100 ms of the start'),
  row(timers, 'an event against the time-out of its wait, within ±50 ms'),
  row(cancels, 'a cancel against the end of a DELAY, within ±50 ms'),
  row(reentries, 'two events of one contact over two partitions, within 50 ms, re-entry off'),
]
