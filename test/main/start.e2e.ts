import assert from 'node:assert/strict'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

/** Nothing listens there. */
const NOWHERE = '127.0.0.1:9'

describe('a process whose services are away at its start', () => {
  let stage: LiveStage
  before(async () => {
    stage = await openLiveStage({ CONNECT_TIMEOUT_MS: '2000' })
  })
  after(() => stage.close())

  for (const [what, env, sentence] of [
    ['Kafka', { KAFKA_BROKERS: NOWHERE }, /Kafka at 127\.0\.0\.1:9 does not answer/],
    [
      'MongoDB',
      { MONGODB_URI: `mongodb://somebody:secret@${NOWHERE}/millrace?replicaSet=rs0` },
      /MongoDB at 127\.0\.0\.1:9\/millrace cannot be reached/,
    ],
    ['the schema registry', { SCHEMA_REGISTRY_URL: `http://${NOWHERE}` }, /registry.*127\.0\.0\.1:9/i],
  ] as const) {
    it(`says in a sentence that ${what} is away, names the address, and ends by itself`, async () => {
      const began = performance.now()
      const live = await stage.start(env, { ready: false })
      assert.equal(await live.exited, 1)
      const output = live.output()
      assert.match(output, sentence)
      assert.doesNotMatch(output, /secret|\n\s+at /)
      // Two seconds of patience; the rest is a busy machine's.
      assert.ok(performance.now() - began < 40_000)
    })
  }

  it('says every setting that is wrong at once', async () => {
    const live = await stage.start({ PORT: '-1', PARTITIONS: 'many', ROLES: 'api,all' }, { ready: false })
    assert.equal(await live.exited, 1)
    for (const name of ['PARTITIONS', 'ROLES']) assert.match(live.output(), new RegExp(`${name}: `))
  })

  it('ends in order on SIGTERM, within its limit', async () => {
    const live = await stage.start({ CONNECT_TIMEOUT_MS: '30000' })
    const began = performance.now()
    live.signal('SIGTERM')
    assert.equal(await live.exited, 0)
    assert.ok(performance.now() - began < 58_000)
  })
})
