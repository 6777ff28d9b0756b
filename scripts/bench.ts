/** `npm run bench -- <name> [options]`: one benchmark on real services; without a name, the list. */
import { api } from '../bench/api.js'
import { conditions } from '../bench/conditions.js'
import { crashes } from '../bench/crashes.js'
import { drain } from '../bench/drain.js'
import { mails, webhooks } from '../bench/effects.js'
import { endpoints } from '../bench/endpoints.js'
import { idle } from '../bench/idle.js'
import { ingest } from '../bench/ingest.js'
import { latency } from '../bench/latency.js'
import { metrics } from '../bench/metrics.js'
import { replay } from '../bench/replay.js'
import { timers } from '../bench/timers.js'
import { runScript } from './lifetime.js'
import { complain, line } from './terminal.js'

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  api,
  conditions,
  crashes,
  drain,
  endpoints,
  idle,
  ingest,
  latency,
  mails,
  metrics,
  replay,
  webhooks,
  timers,
}

await runScript(async () => {
  const [name = '', ...args] = process.argv.slice(2)
  const bench = BENCHES[name]
  if (bench !== undefined) {
    await bench(args)
    return 0
  }
  if (name !== '') complain(`There is no benchmark "${name}".`)
  line(`Benchmarks: ${Object.keys(BENCHES).join(', ')}`)
  return name === '' ? 0 : 2
})
