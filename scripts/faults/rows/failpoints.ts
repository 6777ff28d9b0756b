import { seeded } from '../../seeded.js'
import { FAILPOINTS, type Failpoint, type Hurt } from '../hurt.js'
import type { Row } from '../row.js'
import { type Amount, underLoad } from '../underLoad.js'

const WHERE: Readonly<Record<Failpoint, string>> = {
  'after-call': 'after an outside call, before its record',
  'after-cas': 'after a compare-and-set, before its messages are sent',
  'after-produce': 'after messages are sent, before offsets are committed',
  'mid-insert': 'after some of the executions of a batch are inserted',
  'before-look-back': 'between the write of a wait and its look at recorded events',
}

const LATEST_PASS = 8

function dying(at: Failpoint, seed: number, place: number): Hurt {
  return { seed, die: { at, pass: 1 + Math.floor(seeded(seed + place)() * LATEST_PASS) } }
}

/** One row a point, and all of them in one run: each of its processes dies at another point. */
export const failpointRows: readonly Row[] = [
  {
    name: 'failpoints',
    sentence: 'five processes, each dies at another one of the points below',
    run: (arena, amount) => run(amount, FAILPOINTS, (row) => underLoad(arena, amount, row)),
  },
  ...FAILPOINTS.map(
    (at): Row => ({
      name: at,
      sentence: `SIGKILL ${WHERE[at]}`,
      run: (arena, amount) => run(amount, [at, at], (row) => underLoad(arena, amount, row)),
    }),
  ),
]

function run<Answer>(
  { seed }: Amount,
  points: readonly Failpoint[],
  start: (row: { readonly name: string; readonly workers: readonly Hurt[] }) => Answer,
): Answer {
  return start({
    name: points[0] === points[1] ? (points[0] ?? '') : 'failpoints',
    workers: points.map((at, place) => dying(at, seed, place)),
  })
}
