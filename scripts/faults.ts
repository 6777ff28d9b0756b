/** `npm run faults -- [row…|all] [options]`: harm on real processes, and counts of what came of it. */
import { parseArgs } from 'node:util'
import { type Arena, openArena } from './faults/arena.js'
import { broken } from './faults/counts.js'
import { type Ran, reportOf } from './faults/report.js'
import type { Row } from './faults/row.js'
import { ROWS } from './faults/rows.js'
import type { Amount } from './faults/underLoad.js'
import { runScript } from './lifetime.js'
import { complain, line, progressLine, sentence } from './terminal.js'

const whole = (text: string, name: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number from 1`)
  return number
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      rate: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '60' },
      trials: { type: 'string', default: '5000' },
      hot: { type: 'string', default: '20000' },
      backlog: { type: 'string', default: '200000' },
    },
  })
  const [seed, seeds] = [whole(values.seed, 'seed'), whole(values.seeds, 'seeds')]
  const amount = {
    rate: whole(values.rate, 'rate'),
    seconds: whole(values.seconds, 'seconds'),
    trials: whole(values.trials, 'trials'),
    hot: whole(values.hot, 'hot'),
    backlog: whole(values.backlog, 'backlog'),
  }
  return {
    names: positionals,
    amounts: Array.from({ length: seeds }, (_, n) => ({ ...amount, seed: seed + n })),
  }
}

function chosen(names: readonly string[]): Row[] {
  if (names.includes('all')) return [...ROWS]
  return names.map((name) => {
    const row = ROWS.find((one) => one.name === name)
    if (row === undefined) throw new Error(`There is no row "${name}"; without a row the command lists them.`)
    return row
  })
}

function listRows(): void {
  line('Rows of the fault campaign (`all` runs every one):')
  for (const { name, sentence } of ROWS) line(`  ${name.padEnd(20)} ${sentence}`)
}

interface Results {
  readonly runs: Ran[]
  /** Runs without counts: they could not be carried out to their end. */
  failures: number
}

/** Every run's counts as soon as they are there: one that fails does not take the others' away. */
async function runRows(arena: Arena, rows: readonly Row[], amounts: readonly Amount[]): Promise<Results> {
  const results: Results = { runs: [], failures: 0 }
  for (const row of rows) {
    for (const amount of amounts) await runOne(arena, row, amount, results)
  }
  return results
}

async function runOne(arena: Arena, row: Row, amount: Amount, results: Results): Promise<void> {
  const what = `${row.name}, seed ${amount.seed}`
  line(`${what}: ${row.sentence} …`)
  try {
    const counts = await row.run(arena, amount)
    const words = broken(counts)
    line(`${what}: ${words.length === 0 ? 'kept every promise' : `BROKEN: ${words.join(', ')}`}`)
    results.runs.push({ row: row.name, seed: amount.seed, counts })
  } catch (error) {
    results.failures += 1
    complain(`${what} could not be carried out: ${sentence(error)}`)
  }
}

await runScript(async () => {
  const { names, amounts } = readOptions()
  const rows = chosen(names)
  if (rows.length === 0) {
    listRows()
    return 0
  }
  const arena = await openArena(progressLine)
  try {
    if (rows.some((row) => row.hurtsServices) && arena.services.again === undefined)
      throw new Error(
        'Rows that hurt Kafka or MongoDB need local processes: unset KAFKA_BROKERS and MONGODB_URI.',
      )
    const { runs, failures } = await runRows(arena, rows, amounts)
    line(reportOf(runs))
    return failures === 0 && runs.every(({ counts }) => broken(counts).length === 0) ? 0 : 1
  } finally {
    await arena.close()
  }
})
