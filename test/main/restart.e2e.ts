import assert from 'node:assert/strict'
import { until } from '../support/engineWorld.js'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

describe('a process that is started again after one was killed', () => {
  let stage: LiveStage
  before(async () => {
    stage = await openLiveStage({ SESSION_TIMEOUT_MS: '30000' })
  })
  after(() => stage.close())

  it('takes events while its engine waits for the places of the dead, and says that it is not ready', async function () {
    this.timeout(120_000)
    const first = await stage.start()
    first.signal('SIGKILL')
    await first.exited
    const second = await stage.start({}, { ready: false })
    const track = () => second.api.post('/v1/track', { event: 'signed_up', email: 'ada@example.com' })
    await until(
      'the API answers',
      () =>
        track().then(
          () => true,
          () => false,
        ),
      60_000,
    )
    const ready = await fetch(`${second.base}/ready`)
    assert.equal(ready.status, 503)
    assert.match(await ready.text(), /joining its consumer groups/)
    await second.ready()
    assert.doesNotMatch(second.output(), /GET \/ready/)
    const events = stage.database.db.collection('events')
    await until('the engine has handled it', async () => (await events.countDocuments()) >= 1, 60_000)
  })
})
