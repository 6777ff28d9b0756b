import assert from 'node:assert/strict'
import { createBrokerTime, keepMeasuring } from '../../src/brokerTime.js'
import { MillraceError } from '../../src/errors.js'
import { createAnnouncer } from '../../src/events.js'

describe("the broker's time", () => {
  let nowMs = 0
  const clock = { now: () => new Date(nowMs) }
  const at = (ms: number) => new Date(ms)
  beforeEach(() => {
    nowMs = 1_000_000
  })

  it("is MongoDB's until it was measured", () => {
    const time = createBrokerTime(clock)
    assert.deepEqual(time.of(at(5)), at(5))
    assert.equal(time.ageMs(), null)
  })

  it('is ahead or behind by what a produce told, less half of its trip', () => {
    const time = createBrokerTime(clock)
    time.measured({ at: at(nowMs + 3_600_000 - 10), tripMs: 20 })
    assert.deepEqual(time.of(at(7)), at(7 + 3_600_000))
    nowMs += 250
    assert.equal(time.ageMs(), 250)
  })

  it('goes by the quickest of late, and forgets an old one', () => {
    const time = createBrokerTime(clock)
    time.measured({ at: at(nowMs - 1), tripMs: 2 })
    time.measured({ at: at(nowMs - 400), tripMs: 900 })
    assert.deepEqual(time.of(at(0)), at(0))
    nowMs += 60_000
    time.measured({ at: at(nowMs - 5_000 - 15), tripMs: 30 })
    assert.deepEqual(time.of(at(0)), at(-5_000))
  })

  describe('is measured at the start', () => {
    /** An outbox whose first sends fail, as those to a partition that was just made may. */
    const measuring = (failures: number, patienceMs: number) => {
      let sends = 0
      const send = async () => {
        sends++
        if (sends <= failures) throw new MillraceError('BROKER_AWAY', 'not the leader')
      }
      const started = keepMeasuring(createBrokerTime(clock), {
        outbox: { send },
        clock,
        announcer: createAnnouncer(),
        brokers: ['kafka:9092'],
        patienceMs,
      })
      return { started, sends: () => sends }
    }

    it('again where a partition takes nothing yet', async () => {
      const { started, sends } = measuring(2, 10_000)
      await (await started).stop()
      assert.equal(sends(), 3)
    })

    it('for a bounded time', async () => {
      const isUnreachable = (error: unknown) =>
        error instanceof MillraceError && error.code === 'UNREACHABLE' && /kafka:9092/.test(error.message)
      await assert.rejects(measuring(1_000, 10).started, isUnreachable)
    })
  })
})
