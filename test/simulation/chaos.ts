import { type ErrorCode, MillraceError } from '../../src/errors.js'
import { latency, type Machine, never } from './machine.js'
import type { Random } from './random.js'
import type { VirtualTime } from './time.js'

/** How likely a call meets each fate. */
export interface Odds {
  /** Not done; the caller is told so. */
  readonly refused: number
  /** Done; the caller is told that it may not be. */
  readonly lost: number
  /** The process dies before or after it was done. */
  readonly crash: number
  /** Takes seconds. */
  readonly slow: number
  /** Of a produce, a part is written and the rest refused. */
  readonly partial: number
}

export const CALM: Odds = { refused: 0, lost: 0, crash: 0, slow: 0, partial: 0 }

type Fate = 'well' | 'refused' | 'lost' | 'crashBefore' | 'crashAfter' | 'slow'

/** Something that hit a process: an excuse for calling the outside world again. */
export interface Blow {
  readonly machine: string
  readonly at: number
}

export interface Chaos {
  /** Makes a call of a process to something outside it, with delays between any two steps of it. */
  call<Value>(machine: Machine, port: string, apply: () => Promise<Value>): Promise<Value>
  isPartial(): boolean
  /** For so long nobody gets an answer from there. */
  outage(of: 'kafka' | 'database', ms: number): void
  readonly blows: Blow[]
  hit(machine: Machine): void
  /** From now on all is well. */
  end(): void
}

export interface ChaosOptions {
  readonly time: VirtualTime
  readonly random: Random
  readonly odds: Odds
  readonly trace: (text: () => string) => void
}

/** Most calls answer at once: so a run is fast, and what is delayed meets what is not. */
const DELAYED = 0.3
/** Asked every second or so by every process: rarely of interest. */
const POLLED: ReadonlySet<string> = new Set([
  'kafka.ends',
  'progress.note',
  'progress.read',
  'executions.due',
  'executions.nextDue',
  'executions.stale',
])

export function createChaos({ time, random, odds, trace }: ChaosOptions): Chaos {
  let current = odds
  const blows: Blow[] = []
  const hit = (machine: Machine) => blows.push({ machine: machine.name, at: time.now() })
  const awayUntil = { kafka: 0, database: 0, outside: 0 }
  const fateOf = (machine: Machine, port: string): Fate => {
    const isAway = awayUntil[ownerOf(port)] > time.now()
    const fate = isAway ? 'refused' : drawFate(random, current, POLLED.has(port) ? 0.1 : 1)
    if (fate === 'well') return fate
    hit(machine)
    trace(() => `${machine.name} ${port}: ${fate}`)
    return fate
  }
  return {
    blows,
    hit,
    isPartial: () => random.chance(current.partial),
    outage: (of, ms) => {
      trace(() => `${of} is AWAY for ${ms} ms`)
      awayUntil[of] = time.now() + ms
    },
    end: () => {
      current = CALM
    },
    call: async (machine, port, apply) => {
      if (!machine.alive()) return never()
      const fate = fateOf(machine, port)
      const delayMs = delayOf(random, port, fate)
      if (delayMs === null) return apply()
      // The request is on its way: it arrives whatever becomes of who sent it.
      await time.wait(delayMs)
      try {
        return await suffer({ machine, port, apply, fate, answerMs: latency(random) })
      } finally {
        if (fate !== 'well') hit(machine)
      }
    },
  }
}

function ownerOf(port: string): 'kafka' | 'database' | 'outside' {
  if (port === 'outside') return 'outside'
  return port.startsWith('kafka.') ? 'kafka' : 'database'
}

/** Null: answered at once. */
function delayOf(random: Random, port: string, fate: Fate): number | null {
  if (fate === 'slow') return random.int(500, 6_000)
  const isDelayed = fate !== 'well' || random.chance(POLLED.has(port) ? 0.02 : DELAYED)
  return isDelayed ? latency(random) : null
}

function drawFate(random: Random, odds: Odds, share: number): Fate {
  let draw = random.next()
  const chances: readonly (readonly [Fate, number])[] = [
    ['refused', odds.refused],
    ['lost', odds.lost],
    ['crashBefore', odds.crash / 2],
    ['crashAfter', odds.crash / 2],
    ['slow', odds.slow],
  ]
  for (const [fate, p] of chances) {
    draw -= p * share
    if (draw < 0) return fate
  }
  return 'well'
}

interface Suffering<Value> {
  readonly machine: Machine
  readonly port: string
  readonly apply: () => Promise<Value>
  readonly fate: Fate
  readonly answerMs: number
}

async function suffer<Value>({ machine, port, apply, fate, answerMs }: Suffering<Value>): Promise<Value> {
  if (fate === 'crashBefore') machine.crash()
  if (fate === 'crashBefore') return never()
  const answer = fate === 'refused' ? null : { value: await apply() }
  if (fate === 'crashAfter') machine.crash()
  await machine.wait(answerMs)
  if (answer === null || fate === 'lost') throw away(port)
  return answer.value
}

/** The errors of a world that was hit on purpose. */
export class Injected extends MillraceError {}

export function away(port: string): Injected {
  const code: ErrorCode = ownerOf(port) === 'kafka' ? 'BROKER_AWAY' : 'DATABASE_AWAY'
  return new Injected(code, `${port}: nobody knows what became of it`)
}

type Call = <Value>(port: string, apply: () => Promise<Value>) => Promise<Value>

/** The same port, reached over `call`. */
export function reached<Port extends object>(name: string, port: Port, call: Call): Port {
  const methods = Object.entries(port).map(([method, apply]) => [
    method,
    (...args: unknown[]) => call(`${name}.${method}`, async () => apply(...args)),
  ])
  return Object.fromEntries(methods) as Port
}
