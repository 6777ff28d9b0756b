import { CALM, type Odds } from './chaos.js'
import { drawPlans, type Plan } from './plans.js'
import type { Random } from './random.js'

/** What a seed is about, drawn before it runs. */
export interface Scenario {
  readonly kind: 'calm' | 'redelivery' | 'storm'
  readonly plans: readonly Plan[]
  readonly odds: Odds
  /** How far the broker's clock is ahead of MongoDB's. */
  readonly brokerAheadMs: number
  readonly contacts: number
  readonly machines: number
  readonly effectSlots: number
  readonly hostSlots: number
  readonly sweeper: boolean
  /** Of inner topics' messages. */
  readonly loss: number
  readonly repeat: number
  /** How often processes die, stand still and are restarted, groups are set back: mean ms between two; 0: never. */
  readonly blowsEveryMs: number
  readonly cancels: number
  /** Do some executions count as started by a replay? */
  readonly bulk: boolean
  /** So long events come and things go wrong; after that everything has to come to its end. */
  readonly chaosMs: number
}

export function drawScenario(random: Random): Scenario {
  const kind = random.pick(['calm', 'redelivery', 'storm', 'storm', 'storm'] as const)
  const base = {
    ...{
      kind,
      contacts: random.int(1, 3),
      machines: random.int(1, 2),
      effectSlots: random.int(1, 4),
      hostSlots: random.int(1, 3),
    },
    plans: drawPlans(random, kind === 'redelivery'),
    chaosMs: random.int(5_000, 20_000),
    brokerAheadMs: random.pick([0, 0, -40_000, 3_600_000]),
    bulk: random.chance(0.4),
  }
  switch (kind) {
    case 'calm':
      return { ...base, ...QUIET, cancels: random.int(0, 2) }
    case 'redelivery':
      // Nothing but redelivery heals here: no sweeper, no loss, and the API moves nothing. One process, for what
      // another touched within a second is left to the sweeper.
      return {
        ...{ ...base, ...QUIET, sweeper: false, machines: 1 },
        ...{ odds: { ...drawOdds(random), slow: 0 }, repeat: drawRate(random) },
      }
    case 'storm':
      return {
        ...base,
        ...{ sweeper: true, odds: drawOdds(random), loss: drawRate(random), repeat: drawRate(random) },
        blowsEveryMs: random.pick([0, 3_000, 8_000]),
        cancels: random.int(0, 3),
      }
    default:
      return kind satisfies never
  }
}

const QUIET = { sweeper: true, odds: CALM, loss: 0, repeat: 0, blowsEveryMs: 0, cancels: 0 }

function drawOdds(random: Random): Odds {
  const rate = () => random.pick([0, 0, 0.003, 0.01, 0.03])
  return {
    refused: rate(),
    lost: rate(),
    crash: random.pick([0, 0.002, 0.006]),
    slow: rate(),
    partial: rate(),
  }
}

function drawRate(random: Random): number {
  return random.pick([0, 0, 0.05, 0.2])
}
