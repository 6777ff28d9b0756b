/** The engine role for `npm run bench -- metrics`; its argument says how it counts: `off`, `on` or `timed`. */
import { Gauge, Registry } from 'prom-client'
import { runBareEngine } from '../scripts/bareEngine.js'
import type { Announcer } from '../src/events.js'
import { createMetrics } from '../src/metrics.js'

/** Everything that counts runs against the clock; the sum is a figure of its own. */
function timedMetrics({ announce, on }: Announcer): Registry {
  let spentMs = 0
  const registry = createMetrics({
    announce,
    on: (name, listener) =>
      on(name, (payload) => {
        const began = performance.now()
        listener(payload)
        spentMs += performance.now() - began
      }),
  })
  const spent = new Gauge({ name: 'bench_counting_seconds', help: 'Time of counting', registers: [registry] })
  const print = registry.metrics.bind(registry)
  registry.metrics = async () => {
    spent.set(spentMs / 1000)
    const began = performance.now()
    const text = await print()
    spentMs += performance.now() - began
    return text
  }
  return registry
}

const MODES: Readonly<Record<string, (announcer: Announcer) => Registry>> = {
  off: () => new Registry(),
  on: createMetrics,
  timed: timedMetrics,
}

await runBareEngine({ metrics: MODES[process.argv[2] ?? ''] ?? createMetrics })
