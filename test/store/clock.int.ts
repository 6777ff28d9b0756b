import assert from 'node:assert/strict'
import { startDatabaseClock } from '../../src/store/mongo/clock.js'
import { openDatabase, type TestDatabase } from '../support/database.js'

describe('the clock of the database', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
  })
  after(() => database.drop())

  it('tells the time of MongoDB, in whole milliseconds, never backwards', async () => {
    const clock = await startDatabaseClock(database.db, (error) => assert.fail(String(error)))
    const before = clock.now()
    const { localTime } = await database.db.admin().command({ hello: 1 })
    const after = clock.now()
    const [low, at, high] = [before, localTime as Date, after].map((date) => date.getTime())
    assert.ok(Number(low) - 50 <= Number(at) && Number(at) <= Number(high) + 50)
    const times = [clock.now()]
    for (let n = 0; n < 50; n += 1) {
      if (n % 10 === 0) await clock.measure()
      times.push(clock.now())
    }
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a.getTime() - b.getTime()),
    )
    clock.stop()
  })

  it('does not follow the wall clock of this process', async () => {
    const clock = await startDatabaseClock(database.db, (error) => assert.fail(String(error)))
    const { now } = Date
    try {
      Date.now = () => now() - 3_600_000
      await clock.measure()
      assert.ok(Math.abs(clock.now().getTime() - now()) < 60_000)
    } finally {
      Date.now = now
      clock.stop()
    }
  })
})
