/** `npm run bench -- latency`: an open loop of events; from the publishing call to COMPLETED, five steps. */
import { parseArgs } from 'node:util'
import { line } from '../scripts/terminal.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { FIVE_STEPS } from './fiveSteps.js'
import { openBench, stopped } from './stage.js'
import { percentiles, steadyLatencies } from './steadyLoad.js'

export async function latency(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '20' },
      runs: { type: 'string', default: '3' },
    },
  })
  const load = { label: 'e', rate: Number(values.rate), seconds: Number(values.seconds) }
  const bench = await openBench()
  try {
    for (let nth = 0; nth < Number(values.runs); nth++) {
      const run = bench.fresh()
      const engine = await run.start({})
      const api = run.api(engine)
      await makeWorkflow(api, FIVE_STEPS)
      const { id: projectId } = await api.get<{ id: string }>('/project')
      line(`  ${percentiles(await steadyLatencies(bench, run, { ...load, projectId }))}`)
      await stopped(engine)
    }
  } finally {
    await bench.close()
  }
}
