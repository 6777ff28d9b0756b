import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Announcer } from './events.js'
import { partsOf } from './metrics/parts.js'
import { countTimes, showStanding } from './metrics/times.js'
import { countTrouble } from './metrics/trouble.js'
import { countEffects, countWork } from './metrics/work.js'

/** Prometheus figures, counted from what is announced: once a batch, never once a message. */
export function createMetrics(announcer: Announcer): Registry {
  const registry = new Registry()
  measureProcess(registry)
  const parts = partsOf(registry)
  countWork(announcer, parts)
  countEffects(announcer, parts)
  countTrouble(announcer, parts)
  countTimes(announcer, parts)
  showStanding(announcer, parts)
  return registry
}

/** The runtime's monitor of the event loop costs an idle process more than all else: ours stands in for it. */
function measureProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS })
  const monitored = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']
  for (const name of monitored) registry.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`)
}

const NEVER_MS = 2_000_000_000
