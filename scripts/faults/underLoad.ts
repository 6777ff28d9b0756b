import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Arena, makeFlows, type Ring } from './arena.js'
import type { Counts } from './counts.js'
import type { Span } from './fleet.js'
import type { Hurt } from './hurt.js'
import { inRing } from './inRing.js'
import { type Load, startLoad } from './load.js'
import { ENDED, readSeen } from './seen.js'
import { verify } from './verify.js'

/** How much of everything one run makes. */
export interface Amount {
  readonly seed: number
  /** Events a second. */
  readonly rate: number
  readonly seconds: number
  /** Trials of each race. */
  readonly trials: number
  /** Events of the hot contact. */
  readonly hot: number
  /** Step messages that pile up. */
  readonly backlog: number
}

export interface UnderLoad {
  readonly name: string
  readonly workers?: readonly (Hurt | null)[]
  readonly hurtAlways?: boolean
  readonly copies?: number
  /** What excuses the repeat of a call; default: all of each fault. */
  readonly excused?: Excused
  /** Does the harm while the load runs; resolves when it is over. */
  readonly harm?: (ring: Ring, load: Load) => Promise<void>
  /** Something that goes on beside the load until everything has ended; then its counts. */
  readonly beside?: (ring: Ring) => () => Promise<Partial<Counts>>
}

/** The load of four workflows, the harm, the wait for the end of everything, and the verdict. */
export function underLoad(arena: Arena, amount: Amount, row: UnderLoad): Promise<Counts> {
  const { name, workers = [null, null], hurtAlways = false } = row
  return inRing(arena, name, { workers, hurtAlways }, (ring) => runLoad(ring, amount, row))
}

async function runLoad(ring: Ring, amount: Amount, row: UnderLoad): Promise<Counts> {
  const { copies = 1, excused = 'throughout', harm, beside } = row
  await makeFlows(ring)
  const besides = beside?.(ring)
  const load = await startLoad({
    ...{ ...amount, copies, brokers: ring.brokers, topic: ring.inputTopic, projectId: ring.projectId },
    goesOn: () => ring.fleet.unhurt() > 0,
    file: join(ring.folder, 'events.log'),
  })
  await Promise.all([load.done, harm?.(ring, load)])
  await settled(ring, load.published.length)
  return {
    ...verify({
      published: load.published,
      documents: await readSeen(ring.db),
      calls: ring.sinks.seen(),
      spans: ring.fleet.spans,
      excuses: excusesOf(ring.fleet.spans, excused),
      crashes: ring.fleet.crashes(),
      unhurt: ring.fleet.unhurt(),
    }),
    ...(await besides?.()),
  }
}

/** Nothing; only that a process ended or stood still, and broke off its calls; or the fault for as long as it lasts. */
type Excused = 'never' | 'as it begins' | 'throughout'

function excusesOf(spans: readonly Span[], excused: Excused): readonly Span[] {
  if (excused === 'never') return []
  return excused === 'throughout' ? spans : spans.map(({ fromMs }) => ({ fromMs, toMs: fromMs }))
}

const LOOK_EVERY_MS = 500
/** Sessions, leases and sweeps together take less: what stands still for so long is stuck. */
const PATIENCE_MS = 180_000

/** Returns when as many executions as expected have ended, or when nothing has ended for long. */
export async function settled({ db }: Pick<Ring, 'db'>, expected: number): Promise<void> {
  const executions = db.collection('executions')
  let [last, movedMs] = [-1, Date.now()]
  while (Date.now() - movedMs < PATIENCE_MS) {
    const [all, ended] = await Promise.all([
      executions.countDocuments(),
      executions.countDocuments({ status: { $in: ENDED } }),
    ])
    if (ended >= expected && ended === all) return
    if (ended !== last) [last, movedMs] = [ended, Date.now()]
    await pause(LOOK_EVERY_MS)
  }
}
