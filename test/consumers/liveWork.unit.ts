import assert from 'node:assert/strict'
import { createLiveWork } from '../../consumers/steps/liveWork.js'

const BATCH = { topic: 't', partition: 0, messages: [], highWatermark: 0 }
const ALIVE = { alive: () => true }

describe('Bulk work', () => {
  function world() {
    const rests: number[] = []
    const state = { nowMs: 1_000_000 }
    const liveWork = createLiveWork({
      clock: { now: () => new Date(state.nowMs) },
      scheduler: {
        after: (ms, run) => {
          rests.push(ms)
          run()
          return () => undefined
        },
      },
    })
    const live = () => liveWork.counted(async () => ({ type: 'done' }))(BATCH, ALIVE)
    return { rests, state, live, liveWork }
  }

  const taking = (state: { nowMs: number }, ms: number) => async () => {
    state.nowMs += ms
    return ms
  }

  it('goes on without a rest where nothing live is about', async () => {
    const { rests, state, live, liveWork } = world()
    assert.equal(await liveWork.makingWay(taking(state, 30)), 30)
    await live()
    state.nowMs += 5_001
    await liveWork.makingWay(taking(state, 30))
    assert.deepEqual(rests, [])
  })

  it('rests for three times as long as it took while something live was handled lately, but not for long', async () => {
    const { rests, state, live, liveWork } = world()
    for (const ms of [0, 30, 900]) {
      await live()
      assert.equal(await liveWork.makingWay(taking(state, ms)), ms)
    }
    assert.deepEqual(rests, [1, 90, 200])
  })

  it('is done piece by piece then, and side by side else', async () => {
    const { live, liveWork } = world()
    const pieces = async () => {
      let [under, most] = [0, 0]
      const piece = async () => {
        most = Math.max(most, ++under)
        await new Promise((resolve) => setImmediate(resolve))
        under--
      }
      await Promise.all([1, 2, 3].map(() => liveWork.makingWay(piece)))
      return most
    }
    assert.equal(await pieces(), 3)
    await live()
    assert.equal(await pieces(), 1)
  })

  it('goes on behind a piece that failed, and sees live work that failed', async () => {
    const { rests, liveWork } = world()
    const failing = async () => {
      throw new Error('away')
    }
    await assert.rejects(liveWork.counted(failing)(BATCH, ALIVE), /away/)
    await assert.rejects(liveWork.makingWay(failing), /away/)
    assert.equal(await liveWork.makingWay(async () => 1), 1)
    assert.equal(rests.length, 2)
  })
})
