import assert from 'node:assert/strict'
import { readConfig } from '../src/config.js'

const LEAST = { MONGODB_URI: 'mongodb://localhost/x', KAFKA_BROKERS: 'localhost:9092' }

describe('configuration', () => {
  it('names every fault at once', () => {
    assert.throws(
      () => readConfig({ PORT: 'http', KAFKA_BROKERS: 'localhost' }),
      ({ message }: Error) =>
        ['PORT', 'MONGODB_URI: must be set', 'KAFKA_BROKERS'].every((one) => message.includes(one)),
    )
  })

  it('takes an empty variable for one that is not set', () => {
    assert.equal(readConfig({ ...LEAST, PORT: '', LOG_LEVEL: '' }).PORT, 3000)
  })

  it('keeps executions as long as events, or longer, never shorter', () => {
    assert.equal(readConfig(LEAST).EXECUTION_RETENTION_DAYS, 400)
    assert.equal(readConfig({ ...LEAST, EVENT_RETENTION_DAYS: '30' }).EXECUTION_RETENTION_DAYS, 30)
    assert.equal(readConfig({ ...LEAST, EXECUTION_RETENTION_DAYS: '500' }).EXECUTION_RETENTION_DAYS, 500)
    assert.throws(
      () => readConfig({ ...LEAST, EXECUTION_RETENTION_DAYS: '399' }),
      /EXECUTION_RETENTION_DAYS: must not be less than EVENT_RETENTION_DAYS, which is 400/,
    )
  })
})
