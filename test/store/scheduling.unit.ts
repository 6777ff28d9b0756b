import assert from 'node:assert/strict'
import { createAnnouncer } from '../../src/events.js'
import type { Scheduler } from '../../src/store/ports/clock.js'
import { repeat } from '../../src/store/scheduling.js'

describe('what is repeated', () => {
  const turns: (() => void)[] = []
  const scheduler: Scheduler = {
    after: (_delayMs, run) => {
      turns.push(run)
      return () => void turns.splice(turns.indexOf(run), 1)
    },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const options = (announcer = createAnnouncer()) => ({ scheduler, announcer, where: 'here', everyMs: 5 })
  beforeEach(() => turns.splice(0))

  it('goes on after a failure, which is announced', async () => {
    const announcer = createAnnouncer()
    const heard: string[] = []
    announcer.on('failure', ({ where, error }) => heard.push(`${where}: ${(error as Error).message}`))
    let times = 0
    const { stop } = repeat(options(announcer), async () => {
      times += 1
      if (times === 1) throw new Error('no')
    })
    turns.shift()?.()
    await settle()
    turns.shift()?.()
    await settle()
    assert.deepEqual([times, heard, turns.length], [2, ['here: no'], 1])
    await stop()
    assert.equal(turns.length, 0)
  })

  it('is waited for when it stops, knows of it, and does not come again', async () => {
    let end: () => void = () => undefined
    const asked: boolean[] = []
    const repeating = repeat(options(), async (isStopping) => {
      asked.push(isStopping())
      await new Promise<void>((resolve) => {
        end = resolve
      })
      asked.push(isStopping())
    })
    turns.shift()?.()
    let stopped = false
    const stopping = repeating.stop().then(() => {
      stopped = true
    })
    await settle()
    assert.deepEqual([stopped, repeating.isStopping()], [false, true])
    end()
    await stopping
    assert.deepEqual([asked, turns.length], [[false, true], 0])
  })
})
