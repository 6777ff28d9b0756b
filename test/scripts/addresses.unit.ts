import assert from 'node:assert/strict'
import {
  configuredAddresses,
  mustAnswer,
  parseBrokers,
  withoutSecrets,
} from '../../scripts/services/addresses.js'

describe('configured addresses', () => {
  it('are none when neither MongoDB nor Kafka is named', () => {
    assert.equal(configuredAddresses({}), undefined)
    assert.equal(configuredAddresses({ MONGODB_URI: '', KAFKA_BROKERS: '' }), undefined)
    assert.equal(configuredAddresses({ SCHEMA_REGISTRY_URL: 'http://r' }), undefined)
  })

  it('are taken as they stand, the registry where there is one', () => {
    const both = { MONGODB_URI: 'mongodb://m', KAFKA_BROKERS: 'k:9092' }
    assert.deepEqual(configuredAddresses(both), both)
    const all = { ...both, SCHEMA_REGISTRY_URL: 'http://r' }
    assert.deepEqual(configuredAddresses(all), all)
  })

  it('are refused by halves, naming the missing one', () => {
    assert.throws(() => configuredAddresses({ MONGODB_URI: 'mongodb://m' }), /KAFKA_BROKERS is not: set both/)
    assert.throws(() => configuredAddresses({ KAFKA_BROKERS: 'k' }), /MONGODB_URI is not: set both/)
  })

  it('that stay silent are named, without passwords', async () => {
    const env = {
      MONGODB_URI: 'mongodb://ada:secret@127.0.0.1:1/db?serverSelectionTimeoutMS=100',
      KAFKA_BROKERS: '127.0.0.1:2',
    }
    await assert.rejects(mustAnswer(env, 100), (error: Error) => {
      assert.match(error.message, /mongodb:\/\/127\.0\.0\.1:1\/db/)
      assert.match(error.message, /Kafka at 127\.0\.0\.1:2/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })
})

describe('a list of brokers', () => {
  it('holds hosts and ports', () => {
    assert.deepEqual(parseBrokers('a:9093, b.example.com ,[::1]:19092,'), [
      { host: 'a', port: 9093 },
      { host: 'b.example.com', port: 9092 },
      { host: '::1', port: 19_092 },
    ])
  })

  it('with something else in it is refused', () => {
    for (const wrong of ['a:b', 'a:0', 'a:70000', 'a:1:2'])
      assert.throws(() => parseBrokers(wrong), /not host:port/)
  })
})

describe('an address that is shown', () => {
  it('has lost its user and password', () => {
    assert.equal(withoutSecrets('mongodb+srv://u:p@host/db'), 'mongodb+srv://host/db')
    assert.equal(withoutSecrets('http://host:1/a@b'), 'http://host:1/a@b')
  })
})
