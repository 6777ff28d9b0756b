import { setTimeout as pause } from 'node:timers/promises'
import type { Arena, Ring } from '../arena.js'
import { keepAsking } from '../asking.js'
import type { Counts } from '../counts.js'
import type { Row } from '../row.js'
import { type Amount, underLoad } from '../underLoad.js'

type Name = 'kafka' | 'mongod'

const BEFORE_MS = 5_000
/** By then the killed process is gone, and its keeper has told so: its end is not taken for the next one's. */
const AWAY_MS = 2_000

/** SIGKILL, and another process on the same port and data `awayMs` later. */
async function killAndStart({ services, fleet }: Ring, name: Name, awayMs: number): Promise<void> {
  const { pids, again } = services
  if (pids === undefined || again === undefined) throw new Error(`${name} is not ours to kill`)
  const span = { fromMs: Date.now(), toMs: Number.MAX_SAFE_INTEGER }
  fleet.spans.push(span)
  process.kill(current.get(services)?.[name] ?? pids[name], 'SIGKILL')
  await pause(awayMs)
  const pid = await again[name]()
  current.set(services, { ...current.get(services), [name]: pid })
  span.toMs = Date.now()
}

/** Process ids of services that were started again. */
const current = new WeakMap<object, Partial<Record<Name, number>>>()

/** Stands still, keeping its connections, and goes on. */
async function stopFor({ services, fleet }: Ring, name: Name, awayMs: number): Promise<void> {
  const pid = current.get(services)?.[name] ?? services.pids?.[name]
  if (pid === undefined) throw new Error(`${name} is not ours to stop`)
  const span = { fromMs: Date.now(), toMs: Number.MAX_SAFE_INTEGER }
  fleet.spans.push(span)
  process.kill(pid, 'SIGSTOP')
  try {
    await pause(awayMs)
  } finally {
    process.kill(pid, 'SIGCONT')
    span.toMs = Date.now()
  }
}

/** A set of one has nobody else to elect: it steps down for some seconds and elects itself. */
async function stepDown({ db, fleet }: Ring): Promise<void> {
  const span = { fromMs: Date.now(), toMs: Number.MAX_SAFE_INTEGER }
  fleet.spans.push(span)
  const admin = db.client.db('admin')
  await admin.command({ replSetStepDown: 10, force: true })
  await admin.command({ ping: 1 }, { readPreference: 'primary' })
  span.toMs = Date.now()
}

/** Calls are recorded in MongoDB, so Kafka's absence alone repeats none. */
function outage(name: string, sentence: string, harm: (ring: Ring) => Promise<void>): Row {
  const run = (arena: Arena, amount: Amount): Promise<Counts> =>
    underLoad(arena, amount, {
      name,
      beside: keepAsking,
      excused: name.startsWith('broker') ? 'as it begins' : 'throughout',
      harm: async (ring) => {
        await pause(BEFORE_MS)
        await harm(ring)
      },
    })
  return { name, sentence, hurtsServices: true, run }
}

export const outageRows: readonly Row[] = [
  outage('broker-killed', 'SIGKILL to Kafka, which is started again', (ring) =>
    killAndStart(ring, 'kafka', AWAY_MS),
  ),
  outage('broker-stopped', 'Kafka stands still for 45 s while messages are on their way to it', (ring) =>
    stopFor(ring, 'kafka', 45_000),
  ),
  outage('mongod-killed', 'SIGKILL to MongoDB, which is started again', (ring) =>
    killAndStart(ring, 'mongod', AWAY_MS),
  ),
  outage('mongod-stepdown', 'the primary steps down for 10 s', stepDown),
  outage('mongod-stopped', 'MongoDB stands still for 30 s', (ring) => stopFor(ring, 'mongod', 30_000)),
]
