import assert from 'node:assert/strict'
import { newClusterId } from '../../scripts/services/kafka.js'

describe('the id of a new Kafka cluster', () => {
  it('has 22 characters and never looks like an option', () => {
    for (let n = 0; n < 10_000; n++) assert.match(newClusterId(), /^[A-Za-z][\w-]{21}$/)
  })
})
