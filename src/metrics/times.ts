import type { Announcer } from '../events.js'
import type { Parts } from './parts.js'

/** How long things take. */
export function countTimes(announcer: Announcer, { seconds, tallies }: Parts): void {
  const batch = seconds('batch_seconds', 'Time of a batch', ['topic'])
  const http = seconds('http_seconds', 'Time to answer', ['method', 'route', 'status'])
  const steps = tallies('step_seconds', 'From when a step was entered to when it was handled', 'kind')
  const late = tallies('timer_lateness_seconds', 'From when a timer was due to when it was taken', 'kind')
  announcer.on('batch.handled', ({ topic, ms }) => batch.observe({ topic }, ms / 1000))
  announcer.on('request.answered', ({ method, route, status, ms }) =>
    http.observe({ method, route, status }, ms / 1000),
  )
  announcer.on('steps.timed', ({ kind, ms }) => steps.addAll(kind, ms))
  announcer.on('timers.timed', ({ kind, ms }) => late.addAll(kind, ms))
}

/** Where this process stands: how far behind, how loaded. */
export function showStanding(announcer: Announcer, parts: Parts): void {
  const ready = parts.gauge('ready', 'Everything of this process is started')
  const overdue = parts.gauge(
    'timers_overdue',
    'Timers of this process due for more than 5 s; at most 10,000',
  )
  announcer.on('engine.ready', () => ready.set(1))
  announcer.on('engine.stopping', () => ready.set(0))
  announcer.on('timers.overdue', ({ count }) => overdue.set(count))
  showTopics(announcer, parts)
  measureEventLoop(parts.seconds('event_loop_delay_seconds', 'How late timers of this process run'))
}

function showTopics(announcer: Announcer, { gauge }: Parts): void {
  const place = ['topic', 'partition']
  const lag = gauge('consumer_lag', 'Messages to handle in a partition that this process owns', place)
  const age = gauge('watermark_age_seconds', 'Age of the time up to which a topic was handled', ['topic'])
  const shown = new Map<string, readonly number[]>()
  announcer.on('topic.measured', ({ topic, lags, ageMs }) => {
    const gone = (shown.get(topic) ?? []).filter((partition) => !lags.has(partition))
    for (const partition of gone) lag.remove({ topic, partition: String(partition) })
    for (const [partition, messages] of lags) lag.set({ topic, partition: String(partition) }, messages)
    shown.set(topic, [...lags.keys()])
    if (ageMs === null) age.remove({ topic })
    else age.set({ topic }, ageMs / 1000)
  })
}

const EVERY_MS = 500

/** The runtime's own monitor wakes the process a hundred times a second; a late timer tells the same. */
function measureEventLoop(delay: ReturnType<Parts['seconds']>): void {
  let expectedMs = performance.now() + EVERY_MS
  setInterval(() => {
    const nowMs = performance.now()
    delay.observe(Math.max(0, nowMs - expectedMs) / 1000)
    expectedMs = nowMs + EVERY_MS
  }, EVERY_MS).unref()
}
