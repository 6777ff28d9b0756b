import type { Counts } from './counts.js'
import type { Span } from './fleet.js'
import { DELAY_S, pathOf, WAIT_S } from './flows.js'
import type { Published } from './load.js'
import { ENDED, type Seen, transitionsOf } from './seen.js'
import type { SeenCall } from './sinks.js'
import { countCalls } from './verifyCalls.js'

export interface Evidence {
  readonly published: readonly Published[]
  readonly documents: readonly Seen[]
  readonly calls: readonly SeenCall[]
  readonly spans: readonly Span[]
  /** Those of the spans that excuse repeats of calls. */
  readonly excuses: readonly Span[]
  readonly crashes: number
  readonly unhurt: number
}

interface Pair {
  readonly event: Published
  readonly document: Seen
}

/** Log of events, executions and sinks against each other. */
export function verify(evidence: Evidence): Counts {
  const { published, documents, calls, spans, excuses, crashes, unhurt } = evidence
  const byId = new Map(published.map((event) => [event.eventId, event]))
  const paired = documents.flatMap((document): Pair[] => {
    const event = byId.get(String(document.origin[1]))
    return event === undefined ? [] : [{ event, document }]
  })
  const found = new Set(paired.map(({ event }) => event.eventId))
  const completed = paired.filter(({ document }) => document.status === 'COMPLETED')
  return {
    events: published.length,
    executions: documents.length,
    lost: published.length - found.size,
    extra: documents.length - found.size,
    stuck: documents.filter(({ status }) => !ENDED.includes(status)).length,
    failed: documents.filter(({ status }) => status === 'FAILED' || status === 'CANCELLED').length,
    doubled: completed.filter((pair) => isDoubled(pair)).length,
    missed: completed.filter((pair) => isMissed(pair)).length,
    early: completed.filter((pair) => isEarly(pair)).length,
    ...countCalls(
      calls,
      completed.map(({ document }) => document),
      excuses,
    ),
    crashes,
    unhurt,
    recoveryMs: recoveryOf(paired, spans),
  }
}

/** Clocks of one machine, and the time that an acknowledgement takes to reach us. */
const UNSURE_MS = 250

function leftAt({ history }: Seen, key: string): number {
  return history.find((entry) => entry.key === key || entry.name === key)?.at.getTime() ?? Number.NaN
}

/** When the wait ended for the execution, whatever came. */
function deadlineOf({ history }: Seen): number {
  return (history[0]?.at.getTime() ?? 0) + WAIT_S * 1000
}

function isMissed({ event, document }: Pair): boolean {
  const answer = document.history.find(({ name }) => name === 'Answer?')
  const ackedMs = event.answer?.ackedMs ?? Number.POSITIVE_INFINITY
  return answer?.branch === 'timeout' && ackedMs < deadlineOf(document) - UNSURE_MS
}

/** Near the deadline both branches are right. */
function answeredOf({ event, document }: Pair): boolean {
  if (event.answer === null) return false
  const took = document.history.find(({ name }) => name === 'Answer?')?.branch === 'event'
  return event.answer.sentMs > deadlineOf(document) + UNSURE_MS ? false : took
}

function isDoubled(pair: Pair): boolean {
  const { event, document } = pair
  const went = document.history.slice(1)
  const must = pathOf(event.flow, { isPro: event.isPro, answered: answeredOf(pair) })
  const same =
    went.length === must.length &&
    must.every(
      ([name, branch], index) =>
        went[index]?.name === name && (branch ?? went[index]?.branch) === went[index]?.branch,
    )
  return !same || document.seq < transitionsOf(went) || !rises(document)
}

function rises({ history }: Seen): boolean {
  return history.every(({ at }, index) => index === 0 || at >= (history[index - 1]?.at ?? at))
}

function isEarly({ document }: Pair): boolean {
  const began = document.history[0]?.at.getTime() ?? 0
  if (leftAt(document, 'Pause') - began < DELAY_S * 1000) return true
  const answer = document.history.find(({ name }) => name === 'Answer?')
  return answer?.branch === 'timeout' && answer.at.getTime() < deadlineOf(document)
}

/** The latest end of what was sent before the last fault was over, less the time that its own timers asked for. */
function recoveryOf(paired: readonly Pair[], spans: readonly Span[]): number | null {
  if (spans.length === 0) return null
  const over = Math.max(...spans.map(({ toMs }) => toMs))
  const late = paired
    .filter(({ event }) => event.ackedMs <= over)
    .map(({ document }) => (document.completedAt?.getTime() ?? over) - Math.max(over, ownTime(document)))
  return Math.max(0, ...late)
}

function ownTime(document: Seen): number {
  const began = document.history[0]?.at.getTime() ?? 0
  const paused = Number.isNaN(leftAt(document, 'Pause')) ? 0 : began + DELAY_S * 1000
  const waited = document.history.find(({ name }) => name === 'Answer?')?.branch === 'timeout'
  return Math.max(paused, waited ? deadlineOf(document) : 0)
}
