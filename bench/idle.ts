/** `npm run bench -- idle`: what a process with nothing to do costs, in percent of one core. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { line } from '../scripts/terminal.js'
import { cpuSeconds, openBench, residentMiB, stopped } from './stage.js'

export async function idle(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      /** Joining the groups takes seconds; the runtime compiles for minutes what runs once a second. */
      settle: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '60' },
      roles: { type: 'string', default: 'api,engine,replay' },
    },
  })
  const bench = await openBench()
  const table = new Table({ head: ['roles', '% of a core: node', 'mongod', 'kafka', 'MiB'] })
  try {
    const millrace = await bench.fresh().start({ ROLES: values.roles })
    const pids = [millrace.process.pid, bench.services.pids?.mongod, bench.services.pids?.kafka]
    await pause(Number(values.settle) * 1000)
    const before = pids.map(cpuSeconds)
    const began = performance.now()
    await pause(Number(values.seconds) * 1000)
    const seconds = (performance.now() - began) / 1000
    const percents = pids.map((pid, index) => ((cpuSeconds(pid) - (before[index] ?? 0)) / seconds) * 100)
    table.push([
      values.roles,
      ...percents.map((percent) => percent.toFixed(1)),
      residentMiB(millrace.process.pid),
    ])
    await stopped(millrace)
  } finally {
    await bench.close()
  }
  line(`\n${table.toString()}`)
}
