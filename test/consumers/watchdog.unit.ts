import assert from 'node:assert/strict'
import { startWatchdog } from '../../consumers/run/watchdog.js'
import { createAnnouncer } from '../../src/events.js'
import { until } from '../support/engineWorld.js'

const GONE = Object.assign(new Error('gone'), {
  cause: Object.assign(new Error('x'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }),
})
const AWAY = Object.assign(new Error('away'), { type: 'LEADER_NOT_AVAILABLE' })

describe('the watchdog of a consumer', () => {
  const calls: (() => void)[] = []
  afterEach(() => {
    for (const callOff of calls.splice(0)) callOff()
  })

  /** Looks each millisecond, and hears one of these answers after the other, the last one again and again. */
  const watch = (answers: readonly (Error | null)[], goneAfterMs = 20) => {
    const seen = { looks: 0, stuck: [] as string[] }
    const callOff = startWatchdog({
      topic: 't',
      positions: () => new Map([[0, 5]]),
      endOffsets: async () => {
        const answer = answers[Math.min(seen.looks++, answers.length - 1)] ?? null
        if (answer !== null) throw answer
        return new Map([[0, 5]])
      },
      paused: () => new Set(),
      announcer: createAnnouncer(),
      ...{ everyMs: 1, stuckAfterMs: 10_000, goneAfterMs },
      onStuck: (reason) => seen.stuck.push(reason),
    })
    calls.push(callOff)
    return seen
  }

  it('tells when the broker does not know a topic any more', async () => {
    const seen = watch([null, GONE])
    await until('it has told', () => seen.stuck.length > 0)
    assert.match(seen.stuck[0] ?? '', /does not know a topic/)
    assert.ok(seen.looks > 2)
  })

  it('is patient with a broker that is away, or has just begun', async () => {
    const [away, returning] = [watch([AWAY]), watch([GONE, GONE, null, GONE, AWAY])]
    await until('it has looked often', () => Math.min(away.looks, returning.looks) > 40)
    assert.deepEqual([away.stuck, returning.stuck], [[], []])
  })
})
