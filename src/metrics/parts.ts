import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { Tallies } from './tallies.js'

/** 1 ms to 10 min: from a hop of a fast step to a timer that an outage held back. */
const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120, 600]

/** Makers of figures of one registry; every name begins with `millrace_`. Labels are of bounded sets only. */
export function partsOf(registry: Registry) {
  const common = (name: string, help: string) => ({ name: `millrace_${name}`, help, registers: [registry] })
  return {
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ ...common(name, help), labelNames }),
    gauge: (name: string, help: string, labelNames: string[] = []) =>
      new Gauge({ ...common(name, help), labelNames }),
    seconds: (name: string, help: string, labelNames: string[] = []) =>
      new Histogram({ ...common(name, help), labelNames, buckets: SECONDS }),
    tallies: (name: string, help: string, label: string) =>
      new Tallies({ name: `millrace_${name}`, help, label, buckets: SECONDS, registry }),
  }
}

export type Parts = ReturnType<typeof partsOf>
