import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Announcer } from './events.js'

/** Prometheus figures, counted from what is announced. Labels are of bounded sets only. */
export function createMetrics(announcer: Announcer): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  countWork(announcer, registry)
  countTrouble(announcer, registry)
  countTimes(announcer, registry)
  return registry
}

function counter(registry: Registry, name: string, help: string, labelNames: string[] = []): Counter {
  return new Counter({ name: `millrace_${name}`, help, labelNames, registers: [registry] })
}

function countWork(announcer: Announcer, registry: Registry): void {
  const recorded = counter(registry, 'events_total', 'Contact events handled', ['delivery'])
  const started = counter(registry, 'executions_started_total', 'Executions started')
  const ended = counter(registry, 'executions_ended_total', 'Executions ended', ['status'])
  const steps = counter(registry, 'steps_total', 'Steps handled', ['kind', 'outcome'])
  const effects = counter(registry, 'effects_total', 'Outside calls', ['kind', 'outcome'])
  announcer.on('events.recorded', ({ fresh, repeated }) => {
    recorded.inc({ delivery: 'first' }, fresh)
    recorded.inc({ delivery: 'repeated' }, repeated)
  })
  announcer.on('executions.started', ({ count }) => started.inc(count))
  announcer.on('executions.ended', ({ count, status }) => ended.inc({ status }, count))
  announcer.on('steps.handled', ({ kind, outcome, count }) => steps.inc({ kind, outcome }, count))
  announcer.on('effect.called', ({ kind, outcome }) => effects.inc({ kind, outcome }))
}

function countTrouble(announcer: Announcer, registry: Registry): void {
  const dropped = counter(registry, 'messages_dropped_total', 'Messages without effect', ['reason'])
  const parked = counter(registry, 'dead_letters_total', 'Messages parked', ['reason'])
  const missed = counter(registry, 'cas_missed_total', 'Compare-and-sets that another write won')
  const swept = counter(registry, 'sweeper_emitted_total', 'Steps sent again by the sweeper', ['kind'])
  const paused = counter(registry, 'partition_pauses_total', 'Partitions paused')
  const failures = counter(registry, 'failures_total', 'Failures that were announced')
  announcer.on('messages.dropped', ({ reason, count }) => dropped.inc({ reason }, count))
  announcer.on('messages.parked', ({ reason }) => parked.inc({ reason }))
  announcer.on('cas.missed', ({ count }) => missed.inc(count))
  announcer.on('sweeper.emitted', ({ kind, count }) => swept.inc({ kind }, count))
  announcer.on('partition.paused', () => paused.inc())
  announcer.on('failure', () => failures.inc())
}

function countTimes(announcer: Announcer, registry: Registry): void {
  const seconds = { buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30], registers: [registry] }
  const batch = new Histogram({
    ...seconds,
    name: 'millrace_batch_seconds',
    help: 'Time of a batch',
    labelNames: ['topic'],
  })
  const late = new Histogram({
    ...seconds,
    name: 'millrace_timer_lateness_seconds',
    help: 'Lateness of timers',
    labelNames: ['kind'],
  })
  const http = new Histogram({
    ...seconds,
    name: 'millrace_http_seconds',
    help: 'Time to answer',
    labelNames: ['method', 'route', 'status'],
  })
  const ready = new Gauge({ name: 'millrace_ready', help: 'The engine consumes', registers: [registry] })
  announcer.on('batch.handled', ({ topic, ms }) => batch.observe({ topic }, ms / 1000))
  announcer.on('timers.fired', ({ kind, latestMs }) => late.observe({ kind }, latestMs / 1000))
  announcer.on('request.answered', ({ method, route, status, ms }) =>
    http.observe({ method, route, status }, ms / 1000),
  )
  announcer.on('engine.ready', () => ready.set(1))
  announcer.on('engine.stopping', () => ready.set(0))
}
