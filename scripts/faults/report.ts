import { seconds, tableOf } from '../terminal.js'
import { broken, type Counts } from './counts.js'

export interface Ran {
  readonly row: string
  readonly seed: number
  readonly counts: Counts
}

const HEAD = [
  'row',
  'seed',
  'events',
  'executions',
  'lost',
  'extra',
  'stuck',
  'failed',
  'doubled',
  'missed waits',
  'early',
  'uncalled',
  'repeats / bound',
  'crashes',
  'recovery',
  'more',
]

/** Counts of every run; a row that broke a promise says so behind its name. */
export function reportOf(runs: readonly Ran[]): string {
  const table = tableOf(HEAD)
  for (const { row, seed, counts } of runs) {
    const name = broken(counts).length === 0 ? row : `${row} BROKEN`
    const { events, executions, lost, extra, stuck, failed, doubled, missed, early, uncalled } = counts
    const whole = [events, executions, lost, extra, stuck, failed, doubled, missed, early, uncalled]
    const recovery = counts.recoveryMs === null ? '–' : seconds(counts.recoveryMs)
    const calls = `${counts.repeats} / ${counts.bound}`
    table.push([name, `${seed}`, ...whole.map(String), calls, `${counts.crashes}`, recovery, moreOf(counts)])
  }
  return table.toString()
}

function moreOf({ more = {} }: Counts): string {
  return Object.entries(more)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}
