/** What `npm run simulate` runs: many seeds, or one with its timeline. */
import { parseArgs } from 'node:util'
import { explain, type SeedResult, simulate } from './simulate.js'

const PROGRESS_MS = 5_000

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function readCount(text: string, name: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`--${name} must be a whole number from 1 up.`)
  return count
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '1' },
      timeline: { type: 'boolean', default: false },
    },
  })
  const { seeds, from, timeline } = values
  return { seeds: readCount(seeds, 'seeds'), from: readCount(from, 'from'), timeline }
}

class Tally {
  seeds = 0
  failed = 0
  executions = 0
  virtualMs = 0
  readonly #began = performance.now()
  #saidMs = 0

  add({ problems, executions, ms }: SeedResult): void {
    this.seeds++
    this.executions += executions
    this.virtualMs += ms
    if (problems.length > 0) this.failed++
  }

  /** Every few seconds, and at the end. */
  say(isLast: boolean): void {
    const elapsedMs = performance.now() - this.#began
    if (!isLast && elapsedMs - this.#saidMs < PROGRESS_MS) return
    this.#saidMs = elapsedMs
    const hours = (this.virtualMs / 3_600_000).toFixed(1)
    const took = (elapsedMs / 1_000).toFixed(1)
    say(
      `${this.seeds} seeds, ${this.failed} failed, ${this.executions} executions, ${hours} virtual h in ${took} s`,
    )
  }
}

async function run({ seeds, from, timeline }: ReturnType<typeof readOptions>): Promise<number> {
  const tally = new Tally()
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await simulate(seed)
    tally.add(result)
    if (timeline) say(await explain(seed))
    else await tell(result, tally.failed === 1)
    tally.say(false)
  }
  tally.say(true)
  return tally.failed === 0 ? 0 : 1
}

/** The first failure in full, the others in short. */
async function tell({ seed, problems }: SeedResult, inFull: boolean): Promise<void> {
  if (inFull && problems.length > 0) say(await explain(seed))
  else for (const problem of problems) say(`seed ${seed}: ${problem}`)
}

try {
  process.exitCode = await run(readOptions())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
