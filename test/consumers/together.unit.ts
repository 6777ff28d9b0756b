import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { oneATurn, together } from '../../consumers/together.js'
import { MillraceError } from '../../src/errors.js'

describe('Lists that are worked on together', () => {
  function worker(fails: (items: readonly string[]) => Error | null = () => null) {
    const works: string[] = []
    const work = together(
      (about: string) => about,
      async (items: readonly string[], about) => {
        works.push(`${about}: ${items.join(' ')}`)
        const error = fails(items)
        if (error !== null) throw error
        return items.length
      },
    )
    return { work, works }
  }

  it('are those of one turn and one key', async () => {
    const { work, works } = worker()
    const first = await Promise.all([work(['a', 'b'], 'x'), work(['c'], 'y'), work(['d'], 'x')])
    await work(['e'], 'x')
    assert.deepEqual(works, ['x: a b d', 'y: c', 'x: e'])
    assert.deepEqual(first, [3, 1, 3])
  })

  it('are short: a long one goes by itself at once', async () => {
    const { work, works } = worker()
    const long = Array(300).fill('l')
    await Promise.all([work(['a'], 'x'), work(long, 'x'), work(['b'], 'x')])
    assert.deepEqual(works, [`x: ${long.join(' ')}`, 'x: a b'])
  })

  it('go apart when they fail together: the fault of one is not that of its neighbours', async () => {
    const { work, works } = worker((items) => (items.includes('bad') ? new Error('bad') : null))
    const ended = await Promise.allSettled([work(['a'], 'x'), work(['bad', 'b'], 'x'), work(['c'], 'x')])
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(works, ['x: a bad b c', 'x: a', 'x: bad b', 'x: c'])
  })

  it('are not tried again where the error may pass, nor where there was one list only', async () => {
    const away = worker(() => new MillraceError('SERVICE_UNAVAILABLE', 'away'))
    const ended = await Promise.allSettled([away.work(['a'], 'x'), away.work(['b'], 'x')])
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.deepEqual(away.works, ['x: a b'])
    const alone = worker(() => new Error('bad'))
    await assert.rejects(alone.work(['a'], 'x'), /bad/)
    assert.deepEqual(alone.works, ['x: a'])
  })

  it('may share a value that is made once a turn', async () => {
    let made = 0
    const id = oneATurn(() => ++made)
    assert.deepEqual([id(), id()], [1, 1])
    await nextTurn()
    assert.deepEqual([id(), id()], [2, 2])
  })
})
